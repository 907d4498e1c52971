/** The requests of visitors: every public function, and every kind of query, each with many terms that are used in turn. */
import type postgres from "postgres";
import { z } from "zod";
import { encodeCursor } from "../../../supabase/functions/_shared/http/paging.ts";

/** One request: the parameters of the edge function, and the arguments of its SQL function. */
export interface Ask {
  name: string;
  query: Record<string, string>;
  args: Record<string, unknown>;
  /** The body; makes the request a POST. */
  body?: Record<string, unknown>;
}

/** Requests by the name of their kind; those of a kind are sent in turn. */
export type Asks = Record<string, Ask[]>;

/** Kinds of search that differ only in their words. */
export const WORDS = ["rare", "middle", "common", "two words", "typo", "prefix", "phrase", "CJK"] as const;

const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]{4,}/u;
const TERMS = 60;
const DEEP_PAGE = 500;
const PAGE = 20;

/** Filters, used for lists and searches alike. */
const FILTERS: Record<string, Record<string, string>> = {
  category: { category: "gaming" },
  platform: { platform: "tiktok" },
  type: { content_type: "reel" },
  language: { language: "en" },
  since: { published_since: "2026-01-01T00:00:00Z" },
  duration: { min_duration: "60", max_duration: "600" },
};

function ask(name: string, query: Record<string, string | number>, more: Partial<Ask> = {}): Ask {
  const args = Object.fromEntries(
    Object.entries(query).map(([key, value]) => [key === "q" ? "p_query" : `p_${key}`, value]),
  );
  const texts = Object.fromEntries(Object.entries(query).map(([key, value]) => [key, String(value)]));
  return { name, query: texts, args, ...more };
}

/** Returns search terms of each kind, taken from the catalogue. */
export async function searchTerms(
  sql: postgres.Sql,
  size: number,
): Promise<Record<(typeof WORDS)[number], string[]>> {
  const known = async (least: number, most: number, shortest: number) =>
    (await sql<{ word: string }[]>`
      select word from ops.search_word
      where documents between ${Math.floor(least)} and ${
      Math.ceil(most)
    } and char_length(word) >= ${shortest} and word ~ '^[a-z]+$'
      order by md5(word) limit ${TERMS}`).map(({ word }) => word);
  const common = (await sql<{ word: string }[]>`
    select word from ops.search_word where word ~ '^[a-z]{3,}$' order by documents desc limit 30`).map((
    { word },
  ) => word);
  const titles = (await sql<{ title: string }[]>`
    select title from public.content_item where title <> '' order by md5(id::text) limit 20000`).map((
    { title },
  ) => title);
  const runs = (length: number) =>
    titles.flatMap((title) => {
      const words = title.toLowerCase().match(/[a-z]{3,}(?: [a-z]{3,})+/)?.[0].split(" ") ?? [];
      return words.length >= length ? [words.slice(0, length).join(" ")] : [];
    }).slice(0, TERMS);
  const middle = await known(Math.max(3, size * 0.001), Math.max(10, size * 0.005), 3);
  const long = await known(Math.max(3, size * 0.0005), Math.max(20, size * 0.005), 6);
  return {
    rare: await known(2, Math.max(6, size / 100_000), 4),
    middle,
    common,
    "two words": runs(2),
    typo: long.map((word, number) => {
      const at = 1 + number % (word.length - 3);
      return word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2);
    }),
    prefix: long.map((word) => word.slice(0, 4)),
    phrase: runs(3).map((words) => `"${words}"`),
    CJK: titles.flatMap((title) => CJK.exec(title)?.[0].slice(0, 2 + title.length % 3) ?? []).slice(0, TERMS),
  };
}

/** Returns requests of every kind, built from the terms and the catalogue. */
export async function asksOf(sql: postgres.Sql, terms: Record<string, string[]>): Promise<Asks> {
  const asks: Asks = {};
  for (const kind of WORDS) {
    asks[`search-content, ${kind}`] = (terms[kind] ?? []).map((q) =>
      ask("search-content", { q, limit: PAGE })
    );
  }
  const mixed = [...terms.middle ?? [], ...terms.common ?? []];
  for (const [name, filter] of Object.entries(FILTERS)) {
    asks[`search-content, ${name}`] = mixed.map((q) => ask("search-content", { q, limit: PAGE, ...filter }));
    asks[`browse-content, ${name}`] = [ask("browse-content", { limit: PAGE, ...filter })];
  }
  asks["search-content, page 5"] = await deepSearches(sql, terms.common ?? []);
  asks["search-content, facets"] = mixed.map((q) =>
    ask("search-content", { q, limit: PAGE, facets: "true" }, {
      args: { p_query: q, p_limit: PAGE, p_facets: true },
    })
  );

  const offsets = Array.from({ length: TERMS }, (_, number) => number);
  asks["browse-content, page 1"] = offsets.map((number) =>
    ask("browse-content", { limit: PAGE, offset: number })
  );
  const [, ...places] = await sql<{ at: string; id: string }[]>`
    select to_json(published_at) #>> '{}' as at, content_item_id as id from ops.search_document
    order by published_at desc, content_item_id
    offset (select least(${(DEEP_PAGE - 1) * PAGE}, count(*) / 2) from ops.search_document) limit ${TERMS}`;
  asks["browse-content, page 500"] = places.map((place) =>
    ask("browse-content", { limit: PAGE, cursor: encodeCursor({ ...place }) ?? "" }, {
      args: { p_limit: PAGE, p_after_at: place.at, p_after_id: place.id },
    })
  );
  asks["browse-categories"] = [ask("browse-categories", {})];
  asks["browse-creators"] = offsets.map((number) => ask("browse-creators", { limit: PAGE, offset: number }));
  const creators = await sql<{ slug: string; name: string }[]>`
    select profile_slug as slug, display_name as name from public.users where is_public order by md5(id::text) limit ${TERMS}`;
  asks["search-creators"] = creators.map(({ name }) =>
    ask("search-creators", { q: name.split(" ")[0] || name, limit: PAGE })
  );
  asks["get-creator-by-slug"] = creators.map(({ slug }) => ask("get-creator-by-slug", { slug }));
  const items = await sql<{ id: string }[]>`
    select content_item_id as id from ops.search_document order by md5(content_item_id::text) limit ${
    TERMS * 10
  }`;
  asks["get-content-detail"] = items.map(({ id }) => ask("get-content-detail", { id }));
  asks["get-trending"] = ["today", "week", "month"].flatMap((period) => [
    ask("get-trending", { period, limit: 50 }),
    ask("get-trending", { period, category: "music", limit: 50 }),
    ask("get-trending", { period, platform: "tiktok", limit: 50 }),
  ]);
  asks["track-click"] = items.map(({ id }) => ({
    name: "track-click",
    query: {},
    args: { p_content_id: id, p_user_agent: "Mozilla/5.0 (X11)", p_address: "203.0.113.9" },
    body: { content_id: id, user_agent: "Mozilla/5.0 (X11)" },
  }));
  // A small catalogue may have no terms of some kinds.
  return Object.fromEntries(Object.entries(asks).filter(([, some]) => some.length > 0));
}

const Place = z.object({ score: z.number(), id: z.string(), now: z.string() });

/** Returns requests for the fifth page of searches for common words. */
async function deepSearches(sql: postgres.Sql, terms: string[]): Promise<Ask[]> {
  const asks: Ask[] = [];
  for (const q of terms.slice(0, 20)) {
    let asked = ask("search-content", { q, limit: PAGE });
    for (let page = 1; page < 5; page++) {
      const [row] = await runQuery(sql, asked) as { answer: { next: unknown } }[];
      const { data: place } = Place.safeParse(row?.answer.next);
      if (!place) break;
      const args = {
        p_query: q,
        p_limit: PAGE,
        p_after_score: place.score,
        p_after_id: place.id,
        p_now: place.now,
      };
      asked = ask("search-content", { q, limit: PAGE, cursor: encodeCursor(place) ?? "" }, { args });
      if (page === 4) asks.push(asked);
    }
  }
  return asks;
}

/** SQL functions by edge function, where the names differ. */
const FUNCTIONS: Record<string, string> = { "track-click": "record_click" };

/** Runs only the query of a request, without the edge function. */
export function runQuery(sql: postgres.Sql, { name, args }: Ask): Promise<unknown> {
  const names = Object.keys(args);
  const list = names.map((argument, index) => `${argument} => $${index + 1}`).join(", ");
  const text = `select public.${FUNCTIONS[name] ?? name.replaceAll("-", "_")}(${list}) as answer`;
  return sql.unsafe(text, Object.values(args) as never[], { prepare: true });
}

/** Calls the edge function as a visitor. @throws When the response is not a success. */
export async function askFunction(
  place: { api_url: string; publishable_key: string },
  { name, query, body }: Ask,
): Promise<void> {
  const response = await fetch(`${place.api_url}/functions/v1/${name}?${new URLSearchParams(query)}`, {
    method: body ? "POST" : "GET",
    headers: { apikey: place.publishable_key, ...(body ? { "content-type": "application/json" } : {}) },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${name} answered ${response.status}: ${text.slice(0, 300)}`);
}

/** Returns a function that returns the members in turn. */
export function inTurn<T>(members: readonly T[]): () => T {
  let next = 0;
  return () => members[next++ % members.length] as T;
}
