/**
 * One edge function in its process: imports it, serves it on a loopback port, and provides the hosted runtime's API
 * (`EdgeRuntime.waitUntil`). The host starts it; it ends on command, or when the host's pipe closes.
 */
const [entry = ""] = Deno.args;
const background = new Set<Promise<unknown>>();
const serve = Deno.serve;

function tellHost(message: Record<string, unknown>): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`\x1e${JSON.stringify(message)}\n`));
}

type Handler = (request: Request, info: Deno.ServeHandlerInfo) => Response | Promise<Response>;
let served: Handler | undefined;

Object.assign(globalThis, {
  EdgeRuntime: {
    waitUntil<Result>(work: Promise<Result>): Promise<Result> {
      background.add(work);
      work.then(() => background.delete(work), (error) => {
        background.delete(work);
        console.error(error);
      });
      return work;
    },
  },
});
// `Deno.serve(handler)` is the older way to write an edge function: only the handler is used, not the port.
Object.defineProperty(Deno, "serve", {
  value: (...args: unknown[]) => {
    served = args.find((arg): arg is Handler => typeof arg === "function") ??
      (args[0] as { handler?: Handler } | undefined)?.handler;
    return { finished: new Promise(() => {}), shutdown: () => Promise.resolve(), ref() {}, unref() {} };
  },
});

/** Handles the host's commands; the pipe closes when the host ends. */
async function listen(server: () => Deno.HttpServer | undefined): Promise<void> {
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    for (const command of text.split("\n")) {
      if (command === "ping") tellHost({ pong: true });
      if (command === "drain") {
        // The host drains only a process without calls; an idle keep-alive connection must not delay its end.
        server()?.shutdown().catch(() => {});
        // The hosted runtime dispatches this event before it ends a worker.
        globalThis.dispatchEvent(new Event("beforeunload"));
        await Promise.allSettled(background);
        Deno.exit(0);
      }
    }
  }
  Deno.exit(0);
}

let server: Deno.HttpServer | undefined;
listen(() => server);
try {
  const module = await import(new URL(entry, "file://").href);
  const handler: Handler | undefined = typeof module.default?.fetch === "function"
    ? (request, info) => module.default.fetch(request, info)
    : served;
  if (!handler) throw new Error("it neither exports `default { fetch }` nor calls Deno.serve");
  server = serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: ({ port }) => tellHost({ port }),
    onError(error) {
      console.error(error);
      return Response.json({ code: "WORKER_ERROR", message: "The function threw; see its log" }, {
        status: 500,
        headers: { "sb-error-code": "EDGE_FUNCTION_ERROR" },
      });
    },
  }, async (request, info) => {
    // Reads the whole body first, because an older Deno breaks the connection if the response comes before the body's end; the gateway has
    // already limited the body's size.
    const body = request.body && await request.arrayBuffer();
    return await handler(body ? new Request(request, { body }) : request, info);
  });
} catch (error) {
  console.error(error);
  tellHost({ boot_error: error instanceof Error ? error.message : String(error) });
  Deno.exit(1);
}
