/**
 * postgres.js queries each new connection for the database's array types and leaves that query's rejection unhandled: if the database stops
 * at that moment, the rejection would end the process. The connection is re-established automatically, so this rejection is ignored, and no
 * other.
 */
export function outliveLostConnections(): void {
  globalThis.addEventListener("unhandledrejection", (event) => {
    const query: unknown = event.reason instanceof Error && "query" in event.reason && event.reason.query;
    if (typeof query === "string" && query.includes("b.typarray")) event.preventDefault();
  });
}
