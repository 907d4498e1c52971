/** Work that continues after the response was sent. It may be lost, so no user's data may depend on it. */

interface EdgeRuntime {
  waitUntil(promise: Promise<unknown>): void;
}

/** Keeps the isolate alive until the work ends, where the runtime supports it. */
export function background(work: Promise<unknown>): void {
  const guarded = work.catch(() => {});
  (globalThis as { EdgeRuntime?: EdgeRuntime }).EdgeRuntime?.waitUntil(guarded);
}
