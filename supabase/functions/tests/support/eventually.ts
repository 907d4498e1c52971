/** Waits for something to be so, at most `patience_ms`, and never for a fixed time. Fails with `what`, which never came. */
export async function eventually<Value>(
  look: () => Promise<Value | undefined | false | null>,
  what = "what was waited for",
  patience_ms = 30_000,
): Promise<Value> {
  for (const end = Date.now() + patience_ms;;) {
    const value = await look();
    if (value) return value;
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
