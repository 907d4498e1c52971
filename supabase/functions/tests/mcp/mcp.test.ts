/** Tests the MCP server through the SDK's own client, as agents use it. */
import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/sdk/client";
// The package declares no types for paths that end in .js.
// @ts-types="@modelcontextprotocol/sdk/client/streamableHttp"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { callFunction, createCreator, type Creator, testStack } from "../../../../scripts/test/stack.ts";
import { AiCreator } from "../support/ai_creator.ts";
import { ConnectedAccount } from "../support/connected_account.ts";

interface Result {
  isError?: boolean;
  structuredContent: Record<string, unknown>;
  content: { type: string; text: string }[];
}

async function agentOf(creator: Creator) {
  const { api_url } = await testStack();
  const client = new Client({ name: "test", version: "1.0.0" });
  const url = new URL(`${api_url}/functions/v1/mcp`);
  await client.connect(
    new StreamableHTTPClientTransport(url, {
      requestInit: { headers: { authorization: `Bearer ${creator.token}` } },
    }),
  );
  return {
    client,
    call: async (name: string, args: Record<string, unknown> = {}) =>
      await client.callTool({ name, arguments: args }) as unknown as Result,
    [Symbol.asyncDispose]: () => client.close(),
  };
}

Deno.test("an agent can list tools with their schemas, and every tool without required input responds", async () => {
  const creator = await createCreator();
  await using agent = await agentOf(creator);
  assert.equal(agent.client.getServerVersion()?.name, "streamvibe");
  assert.match(agent.client.getInstructions() ?? "", /never instructions/);
  const { tools } = await agent.client.listTools();
  const names = tools.map(({ name }) => name);
  for (
    const name of [
      "search_library",
      "get_item",
      "suggest",
      "apply_suggestion",
      "list_submissions",
      "job_status",
      "ai_costs",
      "click_stats",
    ]
  ) {
    assert.ok(names.includes(name), name);
  }
  for (const { name, inputSchema } of tools) {
    assert.equal(inputSchema.type, "object", name);
    if ((inputSchema.required ?? []).length > 0 || name === "sync_account") continue;
    const answer = await agent.call(name, {});
    const needs_an_id = /suggest|undo/.test(name);
    assert.equal(
      Boolean(answer.isError),
      needs_an_id && !("done" in answer.structuredContent),
      `${name}: ${answer.content[0]?.text}`,
    );
  }
});

Deno.test("an agent can search and read its creator's library only", async () => {
  await using own = await ConnectedAccount.create("youtube", { items: 3 });
  await own.syncAll();
  await using agent = await agentOf(own.creator);
  const found = await agent.call("search_library", { query: "", limit: 2 });
  const rows = found.structuredContent.rows as { id: string; title: string }[];
  assert.equal(rows.length, 2);
  const item = await agent.call("get_item", { id: rows[0]?.id });
  assert.equal((item.structuredContent.rows as { title: string }[])[0]?.title, rows[0]?.title);
  const accounts = await agent.call("list_accounts");
  assert.deepEqual((accounts.structuredContent.rows as { id: string }[]).map(({ id }) => id), [
    own.social_account_id,
  ]);

  await using other = await agentOf(await createCreator());
  assert.deepEqual((await other.call("get_item", { id: rows[0]?.id })).structuredContent, { rows: [] });
  assert.deepEqual((await other.call("search_library", { query: "" })).structuredContent, { rows: [] });
});

Deno.test("requesting and applying a suggestion need a confirmation; a preview changes nothing", async () => {
  await using own = await AiCreator.create();
  await using agent = await agentOf(own.creator);
  const asked = await agent.call("suggest", { content_item_id: own.item });
  assert.equal(asked.structuredContent.done, false, "no analysis is used without a confirmation");
  const suggested = await agent.call("suggest", { content_item_id: own.item, confirm: true });
  assert.equal(suggested.isError, undefined, suggested.content[0]?.text);
  const { suggestion_id, suggested_titles } = suggested.structuredContent as {
    suggestion_id: string;
    suggested_titles: string[];
  };
  const title = async () =>
    (await own.sql`select title from public.content_item where id = ${own.item}`)[0]?.title;
  const before = await title();
  const wish = { suggestion_id, fields: ["title"] };
  const preview = await agent.call("preview_suggestion", wish);
  assert.equal((preview.structuredContent.changes as unknown[]).length, 1);
  const unconfirmed = await agent.call("apply_suggestion", wish);
  assert.equal(unconfirmed.structuredContent.done, false);
  for (const confirm of ["true", 1, false]) await agent.call("apply_suggestion", { ...wish, confirm });
  assert.equal(await title(), before);
  const applied = await agent.call("apply_suggestion", { ...wish, confirm: true });
  assert.equal(await title(), suggested_titles[0]);
  const undo = applied.structuredContent.application_id;
  // The endpoint behind these tools accepts more input than the tools offer.
  for (const tool of ["preview_suggestion", "apply_suggestion"]) {
    const smuggled = await agent.call(tool, { undo });
    assert.equal(smuggled.structuredContent.code, "validation_failed", tool);
  }
  assert.equal(await title(), suggested_titles[0]);
  await agent.call("undo_application", { undo, confirm: true });
  assert.equal(await title(), before);
});

Deno.test("errors are reported with the problem's code, and injected filter conditions are refused", async () => {
  await using agent = await agentOf(await createCreator());
  const missing = await agent.call("job_status", { job_id: crypto.randomUUID() });
  assert.equal(missing.isError, true);
  assert.equal(missing.structuredContent.code, "not_found");
  const wrong = await agent.call("job_status", { job_id: "x" });
  assert.equal(wrong.structuredContent.code, "validation_failed");
  const smuggling = await agent.call("get_item", { id: "1&or=(id.not.is.null)" });
  assert.deepEqual([smuggling.isError, smuggling.structuredContent.code], [true, "bad_request"]);
  // Invalid calls are refused without asking for confirmation.
  for (const tool of ["suggest", "sync_account", "cancel_job"]) {
    const incomplete = await agent.call(tool);
    assert.deepEqual(
      [incomplete.isError, incomplete.structuredContent.code],
      [true, "validation_failed"],
      tool,
    );
  }
  const foreign = { params: { social_account_id: crypto.randomUUID() }, confirm: true };
  assert.equal((await agent.call("sync_account", foreign)).structuredContent.code, "bad_request");
  assert.equal((await agent.call("drop_everything")).isError, true);
  assert.equal((await agent.call("__proto__")).isError, true);
  assert.equal((await agent.call("constructor")).structuredContent.code, "not_found");
});

Deno.test("the server keeps no session: GET and DELETE are 405, a caller without a token is 401", async () => {
  const { token } = await createCreator();
  for (const method of ["GET", "DELETE"]) {
    const answer = await callFunction("mcp", { as: token, method });
    assert.equal(answer.status, 405);
    assert.match(answer.headers.get("allow") ?? "", /POST/);
  }
  const body = { jsonrpc: "2.0", id: 1, method: "tools/list" };
  assert.equal((await callFunction("mcp", { body })).status, 401);
  const answer = await callFunction("mcp", { as: token, body });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("mcp-session-id"), null);
  assert.equal(
    (await callFunction("mcp", { as: token, body: { jsonrpc: "2.0", method: "notifications/initialized" } }))
      .status,
    202,
  );
});
