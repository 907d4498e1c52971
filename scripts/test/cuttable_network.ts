/** The network between workers and the database: a relay whose connections can be cut or go silent. */
import net, { createServer, type Socket } from "node:net";

export interface Network {
  port: number;
  /** Cuts every connection, and refuses new ones for this time. */
  cut(ms: number): void;
  /** Silently drops all traffic from now on: a black hole. */
  swallow(): void;
  close(): void;
}

export async function cuttableNetwork(
  target: { host: string; port: number },
): Promise<Network> {
  const sockets = new Set<Socket>();
  let cut_until = 0;
  let is_silent = false;
  const server = createServer((near) => {
    if (performance.now() < cut_until) return void near.destroy();
    if (is_silent) return void sockets.add(near.on("error", () => {}).pause());
    const far = net.connect(target.port, target.host);
    for (const [one, other] of [[near, far], [far, near]] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on("error", () => {});
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as { port: number }).port,
    cut(ms) {
      cut_until = performance.now() + ms;
      drop();
    },
    swallow() {
      is_silent = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    close() {
      server.close();
      drop();
    },
  };
}
