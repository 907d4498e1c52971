import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import {
  checkAddress,
  safeFetch,
  type SafeFetchOptions,
  UnsafeFetchError,
  type UnsafeReason,
} from "../../_shared/http/safe_fetch.ts";

/** Addresses that are refused for each reason, in every notation. */
const REFUSED: Record<UnsafeReason, string> = {
  not_public: `
    http://127.0.0.1 http://127.1 http://127.0.1 http://127.255.255.254 http://2130706433 http://017700000001
    http://0x7f000001 http://0x7f.1 http://0177.0.0.1 http://0x7F.0x00.0x00.0x01 http://00000177.1 http://127.0.0.1.
    http://0 http://0.0.0.0 http://0.1.2.3 http://10.0.0.1 http://10.255.255.255 http://012.0.0.1 http://167772161
    http://100.64.0.1 http://100.127.255.255 http://169.254.169.254 http://2852039166 http://0xA9FEA9FE
    http://172.16.0.1 http://172.31.255.255 http://192.0.0.8 http://192.0.2.1 http://192.88.99.1 http://192.168.0.1
    http://3232235521 http://198.18.0.1 http://198.19.255.255 http://198.51.100.7 http://203.0.113.7 http://224.0.0.1
    http://239.255.255.250 http://240.0.0.1 http://255.255.255.255 http://%31%32%37.0.0.1 http://１２７.０.０.１
    http://127。0。0。1 http://①②⑦.⓪.⓪.①
    http://[::1] http://[::] http://[0:0:0:0:0:0:0:1] http://[::ffff:127.0.0.1] http://[::ffff:7f00:1]
    http://[0:0:0:0:0:ffff:10.0.0.1] http://[::ffff:169.254.169.254] http://[::127.0.0.1] http://[::ffff:0:127.0.0.1]
    http://[64:ff9b::127.0.0.1] http://[64:ff9b::a9fe:a9fe] http://[64:ff9b:1::1] http://[2002:7f00:1::]
    http://[2002:a00:1::1] http://[2001:0:4136:e378:8000:63bf:3fff:fdd2] http://[2001:db8::1] http://[2001:10::1]
    http://[3fff::1] http://[fc00::1] http://[fd12:3456:789a::1] http://[fe80::1] http://[febf::1] http://[fec0::1]
    http://[ff02::1] http://[100::1] http://[5f00::1] http://[4000::1]
    http://localhost http://LOCALHOST. http://api.localhost http://printer.local http://db.internal
    http://metadata.google.internal http://router.home.arpa http://intranet http://kubernetes.default.svc.localdomain
    http://x.test http://x.invalid http://x.example http://site.onion`,
  malformed: `
    ftp://example.com file:///etc/passwd gopher://example.com javascript:alert(1) data:text/plain,x example.com
    http:// http://[::1 http://[fe80::1%25eth0] http://256.1.1.1 http://1.2.3.4.5 http://exa_mple..com:x`,
  credentials: `http://user@example.com https://user:password@example.com http://example.com@127.0.0.1`,
  port: `http://example.com:22 https://example.com:8443 http://example.com:6379 http://example.com:0`,
  unresolved: "",
  redirects: "",
  downgrade: "",
  timeout: "",
  network: "",
  too_large: "",
};
const words = (text: string) => text.trim().split(/\s+/).filter(Boolean);

Deno.test("private, local, reserved and disguised addresses are refused in every notation", async (t) => {
  const count = Object.values(REFUSED).flatMap(words).length;
  assert.ok(count >= 60, `${count} addresses`);
  for (const [reason, addresses] of Object.entries(REFUSED)) {
    for (const address of words(addresses)) {
      await t.step(address, async () => {
        const never = () => Promise.reject(new Error(`connected for ${address}`));
        await assert.rejects(
          safeFetch(address, { connect: never, resolve: never }),
          (error) => error instanceof UnsafeFetchError && error.reason === reason,
        );
      });
    }
  }
});

Deno.test("a host name is refused if any of its addresses is not public", async () => {
  const hidden = [
    "127.0.0.1",
    "::1",
    "::ffff:10.0.0.1",
    "fe80::1%eth0",
    "64:ff9b::c0a8:1",
    "fd00::1",
    "not an address",
  ];
  for (const address of hidden) {
    for (const addresses of [[address], ["93.184.215.14", address]]) {
      await refusedFor("not_public", "https://site.com/", { resolve: () => Promise.resolve(addresses) });
    }
  }
  await refusedFor("unresolved", "https://site.com/", { resolve: () => Promise.resolve([]) });
});

Deno.test("public addresses and host names pass the check", () => {
  for (
    const address of words(
      `https://example.com http://example.com:80/a?b=c https://münchen.de https://93.184.215.14
      http://[2606:4700:4700::1111] http://[::ffff:8.8.8.8] http://[64:ff9b::808:808] https://172.15.0.1 https://172.32.0.1
      https://100.63.255.255 https://11.0.0.1 https://localhost.example.com`,
    )
  ) assert.equal(checkAddress(address).href, new URL(address).href);
  assert.equal(checkAddress("https://example.com:8443", { ports: [8443] }).port, "8443");
});

Deno.test("the connection goes to the checked address, without a second DNS lookup", async () => {
  await using server = serve(() => answer(200, { "content-type": "text/plain" }, "hello"));
  // The second answer is that of a rebinding name server.
  const addresses = ["93.184.215.14", "127.0.0.1"];
  let asked = 0;
  const got = await safeFetch("http://site.com/page?x=1", {
    ...server.options,
    resolve: () => Promise.resolve([addresses[asked++] ?? "127.0.0.1"]),
  });
  assert.equal(got.text(), "hello");
  assert.equal(asked, 1);
  assert.deepEqual(server.dialled, ["93.184.215.14:80"]);
  assert.match(server.requests[0] ?? "", /^GET \/page\?x=1 HTTP\/1\.1\r\n[^]*\r\nhost: site\.com\r\n/i);
});

Deno.test("redirects are checked like the first URL", async () => {
  const to = (location: string) => answer(302, { location }, "");
  const targets: [string, UnsafeReason][] = [
    ["http://127.0.0.1/", "not_public"],
    ["//169.254.169.254/latest/meta-data", "not_public"],
    ["http://2130706433/", "not_public"],
    ["http://[::ffff:127.0.0.1]/", "not_public"],
    ["http://localhost:80/", "not_public"],
    ["http://site.com:6379/", "port"],
    ["file:///etc/passwd", "malformed"],
    ["http://user@site.com/", "credentials"],
    ["/again", "redirects"],
  ];
  for (const [location, reason] of targets) {
    await using server = serve(() => to(location));
    await refusedFor(reason, "http://site.com/", server.options);
    assert.equal(server.requests.length, reason === "redirects" ? 4 : 1, location);
  }

  // The first host is public, the second is not.
  await using rebinding = serve(() => to("http://inside.com/"));
  await refusedFor("not_public", "http://site.com/", {
    ...rebinding.options,
    resolve: (host) => Promise.resolve([host === "site.com" ? "93.184.215.14" : "10.0.0.1"]),
  });

  await using server = serve((request) =>
    request.includes("/end") ? answer(200, {}, "there") : to("http://other.com/end")
  );
  const got = await safeFetch("http://site.com/", {
    ...server.options,
    headers: { authorization: "secret", accept: "text/html" },
  });
  assert.deepEqual([got.text(), got.url], ["there", "http://other.com/end"]);
  assert.match(server.requests[0] ?? "", /authorization: secret/i);
  assert.doesNotMatch(server.requests[1] ?? "", /authorization/i);
  assert.match(server.requests[1] ?? "", /accept: text\/html/i);
  const kept = await safeFetch("http://site.com/", { ...server.options, redirects: 0 });
  assert.equal(kept.status, 302);
});

Deno.test("size and time are limited, also for compressed responses", async () => {
  const long = "x".repeat(5_000);
  const chunked = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${
    `3e8\r\n${"x".repeat(1_000)}\r\n`.repeat(5)
  }0\r\n\r\n`;
  const bomb = gzipSync(new Uint8Array(10_000_000));
  const bodies: (string | Uint8Array)[] = [
    answer(200, {}, long),
    chunked,
    `HTTP/1.0 200 OK\r\n\r\n${long}`,
    join(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`, bomb),
  ];
  for (const body of bodies) {
    await using server = serve(() => body);
    await refusedFor("too_large", "http://site.com/", { ...server.options, max_bytes: 4_999 });
    assert.equal(
      (await safeFetch("http://site.com/", { ...server.options, max_bytes: 10, cut: true })).body.length,
      10,
    );
  }
  for (const body of bodies.slice(0, 3)) {
    await using server = serve(() => body);
    assert.equal(
      (await safeFetch("http://site.com/", { ...server.options, max_bytes: 5_000 })).body.length,
      5_000,
    );
  }
  await using silent = serve(() => undefined);
  await refusedFor("timeout", "http://site.com/", { ...silent.options, timeout_ms: 50 });
  await refusedFor("timeout", "http://site.com/", { timeout_ms: 50, resolve: () => new Promise(() => {}) });
});

Deno.test("a server that violates HTTP is a network error; HEAD has no response body, POST sends its body", async () => {
  for (
    const broken of [
      "",
      "hello",
      "HTTP/1.1 200 OK\r\n",
      answer(200, {}, "x").replace("length: 1", "length: 9"),
      "HTTP/1.1 200\r\ncontent-length: -1\r\n\r\n",
    ]
  ) {
    await using server = serve(() => broken);
    await refusedFor("network", "http://site.com/", server.options);
  }
  await using server = serve(() =>
    "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n"
  );
  assert.equal((await safeFetch("http://site.com/", { ...server.options, method: "HEAD" })).body.length, 0);
  await using post = serve((request) => answer(200, {}, request.split("\r\n\r\n")[1] ?? ""));
  const got = await safeFetch("http://site.com/", {
    ...post.options,
    method: "POST",
    body: "sent",
    headers: { "x-y": "z" },
  });
  assert.equal(got.text(), "sent");
});

Deno.test("hosts under .example are served by the configured test server only", async () => {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => new Response(new URL(request.url).pathname),
  );
  try {
    const example_sites = `http://127.0.0.1:${server.addr.port}/sites`;
    assert.equal((await safeFetch("https://a.example/b", { example_sites })).text(), "/sites/a.example/b");
    await refusedFor("not_public", "https://a.example.localhost/b", { example_sites });
    await refusedFor("not_public", "https://a.example/b", {});
  } finally {
    await server.shutdown();
  }
});

async function refusedFor(reason: UnsafeReason, address: string, options: SafeFetchOptions): Promise<void> {
  await assert.rejects(safeFetch(address, options), (error) => {
    assert.ok(error instanceof UnsafeFetchError, String(error));
    assert.equal(error.reason, reason, `${address}: ${error.message}`);
    return true;
  });
}

function answer(status: number, headers: Record<string, string>, body: string): string {
  const lines = Object.entries({ ...headers, "content-length": String(body.length) }).map(([name, value]) =>
    `${name}: ${value}\r\n`
  );
  return `HTTP/1.1 ${status} Some Words\r\n${lines.join("")}\r\n${body}`;
}

function join(head: string, body: Uint8Array): Uint8Array {
  return new Uint8Array([...new TextEncoder().encode(head), ...body]);
}

/** A server that answers with the test's bytes; undefined: it does not answer. Every name resolves to it, and it records the dialled addresses. */
function serve(respond: (request: string) => string | Uint8Array | undefined) {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const dialled: string[] = [];
  const requests: string[] = [];
  const open = new Set<Deno.Conn>();
  const close = (connection: Deno.Conn) => {
    if (open.delete(connection)) connection.close();
  };
  const ended = (async () => {
    for await (const connection of listener) {
      open.add(connection);
      const buffer = new Uint8Array(65_536);
      let request = "";
      while (
        !/\r\n\r\n/.test(request) || (/content-length: [1-9]/i.test(request) && request.endsWith("\r\n\r\n"))
      ) {
        const read = await connection.read(buffer).catch(() => null);
        if (read === null) break;
        request += new TextDecoder().decode(buffer.subarray(0, read));
      }
      requests.push(request);
      const given = respond(request);
      if (given === undefined) continue;
      const bytes = typeof given === "string" ? new TextEncoder().encode(given) : given;
      // The client closes early when it has read enough.
      await (async () => {
        for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
      })().catch(() => {});
      close(connection);
    }
  })();
  return {
    dialled,
    requests,
    options: {
      resolve: () => Promise.resolve(["93.184.215.14"]),
      connect: (address: string, port: number) => {
        dialled.push(`${address}:${port}`);
        return Deno.connect({ hostname: "127.0.0.1", port: (listener.addr as Deno.NetAddr).port });
      },
    } satisfies SafeFetchOptions as SafeFetchOptions,
    async [Symbol.asyncDispose]() {
      for (const connection of open) close(connection);
      listener.close();
      await ended;
    },
  };
}
