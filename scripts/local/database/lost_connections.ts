/**
 * postgres.js asks each new connection for the array types of its database, and leaves nobody to catch it when the database goes in that
 * moment: the rejection would end the process. The connection is made anew by itself. So this rejection is let go, and no other.
 */
export function outliveLostConnections(): void {
  globalThis.addEventListener("unhandledrejection", (event) => {
    const query: unknown = event.reason instanceof Error && "query" in event.reason && event.reason.query;
    if (typeof query === "string" && query.includes("b.typarray")) event.preventDefault();
  });
}
