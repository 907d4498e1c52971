/** Work that goes on after the answer was sent. Never the only thing that stands between a user and a loss. */

interface EdgeRuntime {
  waitUntil(promise: Promise<unknown>): void;
}

/** Keeps the isolate alive for the work, where the platform has a way to. */
export function background(work: Promise<unknown>): void {
  const guarded = work.catch(() => {});
  (globalThis as { EdgeRuntime?: EdgeRuntime }).EdgeRuntime?.waitUntil(guarded);
}
