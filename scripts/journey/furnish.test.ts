/** The demo data as created at the first start, on the test stack. */
import assert from "node:assert/strict";
import { callFunction, testDatabase, testStack } from "../test/stack.ts";
import { createClient } from "@supabase/supabase-js";
import { furnish, OPERATOR } from "./furnish.ts";
import { seed } from "./seed.ts";

Deno.test("every step of the demo data succeeds, and the operator gets problem posts to decide on", async () => {
  const stack = await testStack();
  const sql = await testDatabase();
  const email = `demo-${crypto.randomUUID()}@example.com`;
  try {
    const login = await seed(stack, { email, name: "Demo Creator", videos: 20 }, () => {});
    assert.deepEqual(await furnish(stack, login), []);
    const operator = createClient(stack.api_url, stack.publishable_key, { auth: { persistSession: false } });
    const { data } = await operator.auth.signInWithPassword({ email: OPERATOR, password: login.password });
    const { body } = await callFunction<
      { problems: { user_id: string; platform: string; status: string }[] }
    >(
      "list-publishing-problems",
      { as: data.session?.access_token, query: { of: "everybody", limit: "100" } },
    );
    const [owner] = await sql`select id from public.users where email = ${email}`;
    const own = body.problems.filter(({ user_id }) => user_id === owner?.id);
    assert.deepEqual(own.map(({ platform, status }) => `${platform} ${status}`).sort(), [
      "facebook failed",
      "tiktok unknown",
      "twitter failed",
    ]);
  } finally {
    await sql`delete from auth.users where email in (${email}, ${OPERATOR}, 'neighbour@example.com')`;
    await sql.end();
  }
});
