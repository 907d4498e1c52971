import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

const message = (type: string, body: number[]) => [type.charCodeAt(0), 0, 0, 0, 4 + body.length, ...body];

/** A PostgreSQL server that accepts every login and resets the connection at the first query. */
export async function vanishingDatabase(): Promise<{ url: string; close: () => void }> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.write(Uint8Array.from([...message("R", [0, 0, 0, 0]), ...message("Z", ["I".charCodeAt(0)])]));
      socket.once("data", () => socket.resetAndDestroy());
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `postgresql://u@127.0.0.1:${port}/d`, close: () => server.close() };
}
