/** Polls until `look` returns a truthy value and returns it; after `patience_ms`, fails with `what`. */
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
