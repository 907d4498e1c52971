/**
 * Two faults of postgres.js that would end the process when the database goes at the wrong moment; the connection is made anew by itself.
 * It asks each new connection for array types, and leaves nobody to catch a failure. And it may write to a connection that has just been
 * closed (https://github.com/porsager/postgres/issues/1154). These two are let go, and nothing else.
 */
export function outliveLostConnections(): void {
  globalThis.addEventListener("unhandledrejection", (event) => {
    const query: unknown = event.reason instanceof Error && "query" in event.reason && event.reason.query;
    if (typeof query === "string" && query.includes("b.typarray")) event.preventDefault();
  });
  globalThis.addEventListener("error", (event) => {
    const { error } = event;
    if (error instanceof TypeError && /nextWrite .*\/postgres\/src\/connection\.js/.test(error.stack ?? "")) {
      event.preventDefault();
    }
  });
}
