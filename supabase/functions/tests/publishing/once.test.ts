/** Tests that a mutating call is sent once, even where the HTTP client would retry automatically. */
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { onceFetch } from "../../_shared/publishing/mutate.ts";

Deno.test("the HTTP client does not resend a call whose connection is closed without a response", async () => {
  const seen: string[] = [];
  // Answers the first request of a connection and closes it at the second, which is when clients that keep connections alive retry.
  const server = createServer((socket) => {
    let requests = 0;
    socket.on("error", () => {});
    socket.on("data", (data) => {
      const [line = ""] = String(data).split("\r\n");
      if (!/^(GET|POST)/.test(line)) return;
      seen.push(line.split(" ").slice(0, 2).join(" "));
      if (++requests === 1 && line.startsWith("GET")) {
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\nok");
      } else socket.destroy();
    });
  });
  const port = await new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port))
  );
  try {
    const once = onceFetch(fetch);
    const url = `http://127.0.0.1:${port}`;
    assert.equal(await (await once(`${url}/read`)).text(), "ok");
    for (let call = 0; call < 5; call++) {
      await assert.rejects(() => once(`${url}/publish-${call}`, { method: "POST", body: "x" }));
    }
    const posts = seen.filter((line) => line.startsWith("POST"));
    assert.deepEqual(posts, Array.from({ length: 5 }, (_, call) => `POST /publish-${call}`));
  } finally {
    server.close();
  }
});
