/** Tests keywords of an external feed, over real HTTP: what a feed may contain, and what happens when it does not respond or is malformed. */
import assert from "node:assert/strict";
import { testDatabase, testStack } from "../../../../scripts/test/stack.ts";
import update from "../../update-trending-keywords/index.ts";
import { stackSettings } from "../support/stack_settings.ts";

async function withFeed(
  answer: (request: Request) => Response | Promise<Response>,
  test: (url: string) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, answer);
  try {
    await test(`http://127.0.0.1:${server.addr.port}/trends?key=planted-key-of-the-feed`);
  } finally {
    await server.shutdown();
  }
}

/** Runs the function with a feed; returns its log and status. */
async function run(url: string): Promise<{ status: number; log: string }> {
  const { secret_key, api_url } = await testStack();
  const lines: string[] = [];
  const settings = await stackSettings("data api", { TRENDING_FEED_URL: url, LOG_LEVEL: "info" });
  const { fetch } = update.with({ settings, record: () => {}, sink: (line) => lines.push(line) });
  const response = await fetch(
    new Request(`${api_url}/functions/v1/update-trending-keywords`, {
      method: "POST",
      headers: { apikey: secret_key, "content-type": "application/json" },
      body: "{}",
    }),
  );
  await response.body?.cancel();
  return { status: response.status, log: lines.join("\n") };
}

Deno.test("a feed's keywords are stored with language, category and growth; handles and long numbers are dropped", async () => {
  // Without digits: six digits in a row look like a phone number.
  const own = `feedword${
    crypto.randomUUID().slice(0, 8).replace(/\d/g, (digit) => "ghijklmnop".charAt(Number(digit)))
  }`;
  const asked: string[] = [];
  await withFeed((request) => {
    asked.push(request.headers.get("accept") ?? "");
    return Response.json([
      { keyword: `${own} one`, language: "EN-us", category: "gaming", score: 80, growth: 1.4, unknown: true },
      { keyword: `${own} two` },
      { keyword: `${own} @handle` },
      { keyword: `${own} 0123456789` },
    ]);
  }, async (url) => {
    const { status } = await run(url);
    assert.equal(status, 200);
    assert.deepEqual(asked, ["application/json"]);
  });
  const sql = await testDatabase();
  const rows = await sql`
    select keyword, language, category_code, source, score::float8, growth::float8 from public.trending_keyword
    where keyword like ${`${own}%`} order by keyword`;
  await sql`delete from public.trending_keyword where keyword like ${`${own}%`}`;
  await sql.end();
  assert.deepEqual([...rows], [
    {
      keyword: `${own} one`,
      language: "en",
      category_code: "gaming",
      source: "feed",
      score: 80,
      growth: 1.4,
    },
    { keyword: `${own} two`, language: "", category_code: "", source: "feed", score: 50, growth: null },
  ]);
});

Deno.test("a failing, malformed or unreachable feed does not fail the run, and its URL's secret is not logged", async () => {
  const answers: (() => Response)[] = [
    () => new Response("down", { status: 500 }),
    () => new Response("<html>", { headers: { "content-type": "text/html" } }),
    () => Response.json({ keywords: [] }),
    () => Response.json([{ keyword: 7 }]),
    () => Response.json(Array.from({ length: 3_000 }, (_, n) => ({ keyword: `word ${n}` }))),
  ];
  let gone = "";
  for (const answer of answers) {
    await withFeed(answer, async (url) => {
      gone = url;
      const { status, log } = await run(url);
      assert.equal(status, 200);
      assert.match(log, /trending feed cannot be used/);
      assert.doesNotMatch(log, /planted-key-of-the-feed/);
    });
  }
  const { status, log } = await run(gone);
  assert.equal(status, 200);
  assert.doesNotMatch(log, /planted-key-of-the-feed/);
});
