/**
 * IndexNow (https://www.indexnow.org/documentation): one post a host, with the key that the host shows at `/<key>.txt`; what one engine is told
 * reaches all that take part (Bing, Yandex, Naver, Seznam, Yep and others; not Google). It says only that it received a list.
 */
import {
  type BatchResult,
  bisect,
  callEngine,
  type Engine,
  type EngineContext,
  EngineFault,
  type Explain,
  type Page,
  type PageOutcome,
  type Site,
} from "./engine.ts";
import { SEO } from "./settings.ts";

const MOST = 10_000;

/** Where a site shows a key. Below the site's path, so that only pages below it may be told. */
export function keyLocation(site_url: string, key: string): string {
  return `${site_url}/${key}.txt`;
}

export const indexnow: Engine = {
  slug: "indexnow",
  windows: () => Promise.resolve([]),
  async submit(context, site, pages) {
    const host = new URL(site.url).host;
    // A folder's key is shown there and opens nothing beside it, and one foreign address has the whole list refused.
    const own = pages.filter(({ url }) => url.startsWith(`${site.url}/`));
    const foreign = pages.filter((page) => !own.includes(page)).map(({ id }): PageOutcome => ({
      id,
      outcome: "rejected",
      code: "foreign_host",
      message: `This address is not of ${site.url}`,
    }));
    const all: BatchResult = { outcomes: foreign };
    for (let at = 0; at < own.length; at += MOST) {
      const batch = own.slice(at, at + MOST);
      const { outcomes, ...rest } = await bisect(
        batch,
        context.now,
        (part) => post(context, site, host, part),
      );
      all.outcomes.push(...outcomes);
      Object.assign(all, rest);
      if (all.pause) {
        const { code, message } = all.pause;
        all.outcomes.push(
          ...own.slice(at + MOST).map(({ id }): PageOutcome => ({ id, outcome: "not_sent", code, message })),
        );
        break;
      }
    }
    return all;
  },
};

async function post(
  context: EngineContext,
  site: Site,
  host: string,
  pages: readonly Page[],
): Promise<BatchResult> {
  const { status } = await callEngine(context, "indexnow", context.settings.of(SEO).INDEXNOW_URL, {
    method: "POST",
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify({
      host,
      key: site.secret,
      keyLocation: keyLocation(site.url, site.secret),
      urlList: pages.map(({ url }) => url),
    }),
  }, explain);
  if (status !== 202) {
    return { outcomes: pages.map(({ id }) => ({ id, outcome: "submitted", response_status: status })) };
  }
  return {
    outcomes: pages.map(({ id }) => ({
      id,
      outcome: "submitted",
      response_status: status,
      code: "key_pending",
      message: "IndexNow has it, and still has to look at the key that the site shows",
    })),
    doubts: true,
  };
}

const explain: Explain = (status) => {
  switch (status) {
    case 400:
      return new EngineFault("invalid", "invalid_format", "IndexNow cannot read this address", { status });
    case 403:
      return new EngineFault(
        "refused",
        "key_not_valid",
        "IndexNow does not find the key where the site should show it",
        { status },
      );
    case 422:
      return new EngineFault(
        "invalid",
        "not_of_host",
        "IndexNow says that this address is not of the site, or the key does not fit",
        { status },
      );
    case 429:
      // No Retry-After is documented; it takes many posts for spam, so an hour rather than a minute.
      return undefined;
  }
  return undefined;
};
