import { z } from "zod";
import { expect, type Journey, known, must, type Step } from "../journey.ts";
import { chooseWords, hardestWord, misspell, type Titled } from "../words.ts";

const Found = z.array(z.object({ id: z.uuid(), title: z.string() }));

/** Searches all texts by words, ignoring accents, case and word endings. */
export const searchWords: Step = {
  name: "Search by words",
  async run(journey) {
    const { item, words } = chooseWords(await library(journey));
    const query = words.join(" ").toUpperCase();
    const found = await must(
      "search",
      journey.app.from("content_item").select("id, title").is("deleted_at", null)
        .textSearch("search_vector", query, { type: "plain", config: "streamvibe" })
        .order("published_at", { ascending: false }),
    );
    expect(found.some(({ id }) => id === item.id), `Cannot find “${item.title}” by “${query}”`);
    return `“${query}” finds ${found.length}: ${quote(found)}`;
  },
};

/** Filters by a tag. */
export const searchTags: Step = {
  name: "Search by a tag",
  async run(journey) {
    const counts = new Map<string, number>();
    for (const { tags } of await library(journey)) {
      for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
    }
    const [tag, count] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [];
    expect(tag !== undefined, "Cannot search by a tag: no video of the library has one");
    const found = await must(
      "search by a tag",
      journey.app.from("content_item").select("id, title").contains("tags", [tag]).is("deleted_at", null)
        .order("published_at", { ascending: false }),
    );
    expect(
      found.length === count,
      `Cannot trust the tags: ${count} videos have “${tag}”, ${found.length} were found`,
    );
    return `“${tag}” finds ${found.length}: ${quote(found)}`;
  },
};

/** Finds a title despite a misspelt word. */
export const searchTypos: Step = {
  name: "Search with a typo",
  async run(journey) {
    const meant = hardestWord(await library(journey));
    const typo = misspell(meant);
    const found = Found.parse(
      await must("search with a typo", journey.app.rpc("search_library", { p_query: typo, p_limit: 20 })),
    ).filter(({ title }) => title.toLowerCase().includes(meant));
    expect(found.length > 0, `Cannot find “${meant}” by “${typo}”`);
    return `“${typo}” still finds ${quote(found)}`;
  },
};

async function library({ app, social_account_id }: Journey): Promise<(Titled & { tags: string[] })[]> {
  return await must(
    "read the library",
    app.from("content_item").select("id, title, tags")
      .eq("social_account_id", known(social_account_id, "a connected account")).is("deleted_at", null)
      .order("published_at", { ascending: false }),
  );
}

function quote(found: { title: string }[]): string {
  const titles = found.slice(0, 2).map(({ title }) => `“${title}”`).join(", ");
  return found.length > 2 ? `${titles}, …` : titles;
}
