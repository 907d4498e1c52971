/** Tests what only its owner and the provider may see: keys, the contents of prompts, and rejected answers of models. */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { callFunction, functionLog } from "../../../../scripts/test/stack.ts";
import { PROVIDERS, type ProviderSlug } from "../../_shared/ai/provider.ts";
import { AiCreator } from "../support/ai_creator.ts";
import { eventually } from "../support/eventually.ts";

/** An unusable answer in each provider's format. */
const PROSE: Record<ProviderSlug, (text: string) => Record<string, unknown>> = {
  openai: (text) => ({
    object: "response",
    status: "completed",
    output: [{ type: "message", content: [{ type: "output_text", text }] }],
    usage: { input_tokens: 1, output_tokens: 1 },
  }),
  anthropic: (text) => ({
    content: [{ type: "text", text }],
    stop_reason: "end_turn",
    usage: { input_tokens: 1, output_tokens: 1 },
  }),
  google: (text) => ({ candidates: [{ content: { parts: [{ text }] }, finishReason: "STOP" }] }),
  local: (text) => ({ message: { role: "assistant", content: text }, done: true }),
};

/** Returns every table that contains the text, as `schema.table`. */
async function tablesWith(sql: Sql, text: string): Promise<string[]> {
  const tables = await sql<{ name: string }[]>`
    select format('%I.%I', nspname, relname) as name from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where relkind in ('r', 'm') and nspname not in ('pg_catalog', 'information_schema', 'pg_toast') order by 1`;
  const found: string[] = [];
  for (const { name } of tables) {
    const [row] = await sql.unsafe(
      `select exists (select from ${name} as one where one::text like '%${text}%') as is_there`,
    );
    if (row?.is_there) found.push(name);
  }
  return found;
}

Deno.test("keys and rejected model output appear in no log, table, response or change stream; an item's text is only in its own tables", async () => {
  const completion = `completionof${crypto.randomUUID().replaceAll("-", "")}`;
  const secret = `privateof${crypto.randomUUID().replaceAll("-", "")}`;
  const slot = `ai_secrets_${crypto.randomUUID().slice(0, 8)}`;
  await using ai = await AiCreator.create({ items: ["A castle", "A tower"], fallback: [...PROVIDERS] });
  const { sql } = ai;
  await sql`select pg_create_logical_replication_slot(${slot}, 'test_decoding')`;
  await sql`select pg_create_logical_replication_slot(${`${slot}_r`}, 'pgoutput')`;
  try {
    await sql`update public.content_item set description = ${`Nobody else reads ${secret} here`} where user_id = ${ai.creator.id}`;
    const answers: string[] = [];
    const quote = `${ai.key} ${secret} ${completion}`;
    for (const provider of PROVIDERS) {
      await sql`update public.user_ai_setting set provider_id = (select id from public.ai_provider where slug = ${provider}), fallback_providers = '{}'
        where user_id = ${ai.creator.id}`;
      const faults = [
        { status: 400, body: { error: { message: quote, type: quote, code: quote, status: quote } } },
        { status: 500, body: quote },
        { status: 200, body: PROSE[provider](quote) },
        { status: 200, body: PROSE[provider](`{"titles": ["${completion}"]}`) },
        { reason: "leak" },
        { malformed: true },
        {},
      ];
      for (const fault of faults) {
        if (Object.keys(fault).length > 0) await ai.fault(provider, fault);
        answers.push(JSON.stringify((await ai.generate({ fresh: true })).body));
      }
      await sql`update public.subscription set ai_analyses_used = 0 where user_id = ${ai.creator.id}`;
      // The same by the queue, because jobs store errors and results.
      await ai.fault(provider, { status: 400, body: { error: { message: quote } } });
      await sql`update public.content_item set title = ${`A tower for ${provider}`} where id = ${
        ai.items[1] ?? ""
      }`;
      const { data } = await ai.creator.client.rpc("create_job", {
        p_user_id: ai.creator.id,
        p_job_type: "ai_generate_tags",
        p_params: { content_item_ids: ai.items.slice(1) },
      });
      await eventually(async () => {
        await callFunction("job-processor", { as: "secret", body: {} });
        const { body } = await ai.creator.call("job-status", undefined, { query: { job_id: String(data) } });
        answers.push(JSON.stringify(body));
        return ["completed", "failed"].includes(String(body.status));
      }, "the job ends");
    }
    assert.ok(
      answers.some((answer) => answer.includes("suggested_titles")),
      "at least one response has suggestions",
    );
    for (const answer of answers) {
      assert.ok(!answer.includes(ai.key) && !answer.includes(completion), answer);
    }
    const log = await functionLog();
    assert.ok(log.includes("a model gave no suggestion"), "the log contains these requests");
    for (const planted of [ai.key, secret, completion]) assert.ok(!log.includes(planted), planted);

    assert.deepEqual(await tablesWith(sql, ai.key), []);
    assert.deepEqual(await tablesWith(sql, completion), []);
    const texts = ["public.ai_suggestion", "public.content_item", "public.content_revision"];
    assert.deepEqual((await tablesWith(sql, secret)).filter((table) => !texts.includes(table)), []);

    const [changes] = await sql<{ count: number; found: number }[]>`
      select count(*)::int as count, (count(*) filter (where data like any (${
      [ai.key, completion].map((text) => `%${text}%`)
    })))::int as found
      from pg_logical_slot_get_changes(${slot}, null, null)`;
    assert.ok((changes?.count ?? 0) > 100);
    assert.equal(changes?.found, 0);
    const [published] = await sql<{ count: number; own: number; found: number }[]>`
      select count(*)::int as count, (count(*) filter (where position(convert_to(${secret}, 'UTF8') in data) > 0))::int as own,
        (count(*) filter (where position(convert_to(${ai.key}, 'UTF8') in data) + position(convert_to(${completion}, 'UTF8') in data) > 0))::int as found
      from pg_logical_slot_get_binary_changes(${`${slot}_r`}, null, null, 'proto_version', '1', 'publication_names', 'supabase_realtime')`;
    assert.ok((published?.own ?? 0) > 0, "Realtime publishes the owner's own item");
    assert.equal(published?.found, 0);
  } finally {
    await sql`select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name like ${`${slot}%`}`;
  }
});
