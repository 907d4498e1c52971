/**
 * IndexNow (https://www.indexnow.org/documentation): one POST per host, with the key that the host shows at `/<key>.txt`. A submission reaches
 * all participating engines (Bing, Yandex, Naver, Seznam, Yep and others; not Google). IndexNow confirms only that it received the list.
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

/** Returns the URL at which a site shows its key. It is below the site's path, so the key is valid only for pages below it. */
export function keyLocation(site_url: string, key: string): string {
  return `${site_url}/${key}.txt`;
}

export const indexnow: Engine = {
  slug: "indexnow",
  windows: () => Promise.resolve([]),
  async submit(context, site, pages) {
    const host = new URL(site.url).host;
    // A key in a folder is valid only for URLs below that folder, and one foreign URL makes IndexNow refuse the whole list.
    const own = pages.filter(({ url }) => url.startsWith(`${site.url}/`));
    const foreign = pages.filter((page) => !own.includes(page)).map(({ id }): PageOutcome => ({
      id,
      outcome: "rejected",
      code: "foreign_host",
      message: `This address does not belong to ${site.url}`,
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
      message: "IndexNow has received it, but has not yet checked the key on the site",
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
        "IndexNow reports that this address does not belong to the site, or that the key does not match",
        { status },
      );
    case 429:
      // IndexNow documents no Retry-After and treats frequent posts as spam; `consequence` then pauses the site for 10 minutes.
      return undefined;
  }
  return undefined;
};
