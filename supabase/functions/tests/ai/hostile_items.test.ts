/** Runs hostile items through a whole analysis: what is sent to the provider, and what is stored of the answer. */
import assert from "node:assert/strict";
import { createCreator } from "../../../../scripts/test/stack.ts";
import { analyse } from "../../_shared/ai/generate.ts";
import { PROVIDERS } from "../../_shared/ai/provider.ts";
import { AiCreator } from "../support/ai_creator.ts";
import { connectionContext } from "../support/connection_context.ts";
import { HOSTILE } from "../support/hostile_texts.ts";

Deno.test("a request for a hostile item contains only its creator's texts and unchanged instructions, and the response stays valid", async () => {
  const other = `secretofanother${crypto.randomUUID().slice(0, 8)}`;
  await using ai = await AiCreator.create({ fallback: [...PROVIDERS] });
  const neighbour = await createCreator();
  await ai.sql`
    with account as (
      insert into public.social_account (user_id, platform_id, platform_account_id)
      select ${neighbour.id}, id, ${neighbour.id} from public.platform where slug = 'youtube' returning id)
    insert into public.content_item (social_account_id, platform_content_id, title, description, tags, language, category_code, visibility)
    select id, 'n', ${other}, ${other}, array[${other}], 'en', 'gaming', 'public' from account`;
  const bodies: string[] = [];
  const context = {
    ...await connectionContext(),
    fetch: ((input, init) => {
      bodies.push(String(init?.body));
      return fetch(input, init);
    }) satisfies typeof fetch,
  };
  const sample = HOSTILE.filter((_, place) => place % 3 === 0);
  for (const [place, { order, text }] of sample.entries()) {
    await ai.sql`
      update public.user_ai_setting set fallback_providers = '{}',
        provider_id = (select id from public.ai_provider where slug = ${
      PROVIDERS[place % PROVIDERS.length] ?? ""
    })
      where user_id = ${ai.creator.id}`;
    await ai.sql`update public.subscription set ai_analyses_used = 0 where user_id = ${ai.creator.id}`;
    await ai.sql`update public.content_item set title = ${text.slice(0, 900)}, description = ${
      text.slice(0, 9_000)
    } where id = ${ai.item}`;
    const made = await analyse(context, {
      user_id: ai.creator.id,
      content_item_id: ai.item,
      fresh: true,
    });
    assert.ok(made.suggested_titles.length >= 3 && made.suggested_descriptions.length >= 1, order);
    const said = JSON.stringify(made);
    assert.doesNotMatch(
      said,
      /writing assistant|written by strangers|evil\.example|@evil_account|<script|<img/,
      text.slice(0, 200),
    );
  }
  assert.ok(bodies.length >= sample.length);
  assert.ok(bodies.every((body) => !body.includes(other)), "no texts of other creators are sent");
  const rules = bodies.map((body) =>
    /You are the writing assistant.*?in the tone of data\.tone\./s.exec(body)?.[0]
  );
  assert.equal(new Set(rules).size, 1, "the instructions are the same for every item");
  assert.ok(rules[0]);
});
