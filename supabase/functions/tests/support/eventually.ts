/** Waits for something to be so, at most half a minute; never for a fixed time. */
export async function eventually<Value>(
  look: () => Promise<Value | undefined>,
  patience_ms = 30_000,
): Promise<Value> {
  for (const end = Date.now() + patience_ms;;) {
    const value = await look();
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error("Cannot go on: what was waited for did not come in time");
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
