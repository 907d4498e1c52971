/** A creator with items and their own provider keys, by which the simulators distinguish their calls and faults from those of other tests. */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import {
  type Answer,
  createCreator,
  type Creator,
  simulator,
  testDatabase,
} from "../../../../scripts/test/stack.ts";
import type { Generated } from "../../_shared/ai/generate.ts";
import type { ProviderSlug } from "../../_shared/ai/provider.ts";

export type GeneratedAnswer = Generated & { [member: string]: unknown };

/** The path of each provider's simulated model, as the fault injector matches it. */
const PATHS: Record<ProviderSlug, string> = {
  openai: "api\\.openai\\.com/v1/responses",
  anthropic: "api\\.anthropic\\.com/v1/messages",
  google: "generativelanguage\\.googleapis\\.com",
  local: "localhost/api/chat",
};

export class AiCreator {
  private constructor(
    readonly sql: Sql,
    readonly creator: Creator,
    readonly key: string,
    readonly items: string[],
  ) {}

  /** @param fallback Further providers that may be called; none by default. */
  static async create(
    {
      items = ["Building a castle in Minecraft, step by step"],
      provider = "openai",
      fallback = [],
      language = "en",
    }: {
      items?: string[];
      provider?: ProviderSlug;
      fallback?: ProviderSlug[];
      language?: string;
    } = {},
  ): Promise<AiCreator> {
    const sql = await testDatabase();
    const creator = await createCreator();
    const key = `sk-test-${crypto.randomUUID()}`;
    const rows = await sql<{ id: string }[]>`
      with account as (
        insert into public.social_account (user_id, platform_id, platform_account_id)
        select ${creator.id}, id, ${creator.id} from public.platform where slug = 'youtube' returning id
      )
      insert into public.content_item (social_account_id, platform_content_id, title, description, tags, language, category_code, published_at)
      select account.id, 'a' || place, title, 'In this video we look at ' || title, array['castle'], ${language}, 'gaming', now() - place * interval '1 hour'
      from account, unnest(${items}::text[]) with ordinality as item (title, place)
      returning id`;
    await sql`insert into public.user_ai_setting (user_id, provider_id, fallback_providers, language)
      select ${creator.id}, id, ${fallback}, ${language} from public.ai_provider where slug = ${provider}`;
    const ai = new AiCreator(sql, creator, key, rows.map(({ id }) => id));
    for (const slug of [provider, ...fallback]) await ai.setKey(slug, key);
    return ai;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.sql.end();
  }

  async setKey(provider: string, key: string | null): Promise<void> {
    const { error } = await this.creator.client.rpc("set_ai_key", { p_provider: provider, p_key: key });
    assert.equal(error, null);
  }

  get item(): string {
    return this.items[0] ?? "";
  }

  generate(body: Record<string, unknown> = {}): Promise<Answer<GeneratedAnswer>> {
    return this.creator.call<GeneratedAnswer>("ai-generate-tags", { content_item_id: this.item, ...body });
  }

  /** Makes the next calls with this creator's key at a provider fail with the fault. */
  async fault(provider: ProviderSlug, fault: Record<string, unknown>, times = 1): Promise<void> {
    await simulator("faults", { match: PATHS[provider], times, account: this.key, fault });
  }

  /** Returns how many calls with this creator's key reached the simulators. */
  async calls(): Promise<number> {
    return (await simulator<{ count: number }>(`requests?account=${encodeURIComponent(this.key)}`)).count;
  }

  async used(): Promise<number> {
    const [row] = await this.sql<
      { used: number }[]
    >`select ai_analyses_used as used from public.subscription where user_id = ${this.creator.id}`;
    return row?.used ?? -1;
  }

  ledger() {
    return this.sql<
      {
        model: string;
        outcome: string;
        prompt_tokens: number;
        completion_tokens: number;
        cost_cents: string;
        is_own_key: boolean;
      }[]
    >`
      select model.slug as model, outcome, prompt_tokens, completion_tokens, cost_cents::text, is_own_key
      from public.ai_usage as usage join public.ai_model as model on model.id = usage.model_id
      where user_id = ${this.creator.id} order by usage.id`;
  }
}
