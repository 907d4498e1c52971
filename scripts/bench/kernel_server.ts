/** One server of `bench kernel`: `bare` makes the limiter call and responds; `kernel` is an endpoint with an empty handler. */
import { z } from "zod";
import { createAdmin } from "../../supabase/functions/_shared/database/database.ts";
import { endpoint } from "../../supabase/functions/_shared/http/endpoint.ts";
import { settings } from "../../supabase/functions/_shared/settings/settings.ts";

const work = endpoint({
  name: "work",
  summary: "Does nothing",
  method: "POST",
  auth: "user",
  rate: "user",
  input: z.strictObject({ text: z.string().max(100), count: z.number().int().min(1).max(50) }),
  example: { text: "x", count: 1 },
  output: z.object({ done: z.boolean() }),
  handle: () => ({ done: true }),
});

async function bare(): Promise<Response> {
  const { limit, window_seconds } = settings().RATE_LIMIT_USER;
  await createAdmin(settings()).call("check_rate_limit", {
    p_key: "user:bare",
    p_limit: limit,
    p_window_seconds: window_seconds,
  });
  return Response.json({ done: true });
}

Deno.serve(
  { port: 0, hostname: "127.0.0.1", onListen: ({ port }) => console.log(`port ${port}`) },
  Deno.args[0] === "bare" ? bare : work.fetch,
);
