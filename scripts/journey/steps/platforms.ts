import { grantAccountAccess } from "../consent.ts";
import { call } from "../functions.ts";
import { expect, type Journey, known, must, type Step } from "../journey.ts";
import { makeAccount, publishedItems } from "../simulated_platforms.ts";
import { Connected } from "./connect.ts";
import { Page } from "./sync.ts";

export interface Platform {
  slug: string;
  title: string;
  /** The name of its simulator. */
  simulator: string;
}

/** The platforms other than YouTube. */
export const PLATFORMS: readonly Platform[] = [
  { slug: "instagram", title: "Instagram", simulator: "instagram" },
  { slug: "tiktok", title: "TikTok", simulator: "tiktok" },
  { slug: "facebook", title: "Facebook", simulator: "facebook" },
  { slug: "twitter", title: "X", simulator: "twitter" },
];

/** Number of items of each account. */
const ITEMS = 20;

/** Connects an account of the platform through its consent page, in addition to those already connected. */
export function connectPlatform({ slug, title, simulator }: Platform): Step {
  return {
    name: `Connect ${title}`,
    async run(journey) {
      const account_id = await makeAccount(journey.stack, simulator, ITEMS);
      const answer = await grantAccountAccess(journey, slug, account_id);
      const callback = `oauth-${slug}-callback`;
      const { social_account_id } = await call(journey, callback, { ...answer, account_id }, Connected);
      journey.others = new Map(journey.others).set(slug, { account_id, social_account_id });
      const accounts = await must(
        "list the accounts",
        journey.app.from("social_account").select("id, platform_account_id, display_name, status")
          .is("deleted_at", null),
      );
      const account = accounts.find(({ id }) => id === social_account_id);
      expect(
        account?.platform_account_id === account_id && account.status === "active",
        `Cannot connect: the account of ${title} is not in the list as it must be`,
      );
      return `“${account.display_name}”, ${accounts.length} accounts are connected`;
    },
  };
}

/** Syncs the whole account, and compares the library with the platform's items. */
export function syncPlatform({ slug, title, simulator }: Platform): Step {
  return {
    name: `Sync ${title}`,
    async run(journey) {
      const { account_id, social_account_id } = accountOf(journey, slug);
      const name = `sync-${slug}`;
      let page = await call(journey, name, { social_account_id }, Page);
      let [stored, calls] = [page.new_items, 1];
      for (; page.has_more; calls++) {
        page = await call(journey, name, { social_account_id, sync_id: page.sync_id }, Page);
        stored += page.new_items;
      }
      const items = await must(
        "read the library",
        journey.app.from("content_item").select("platform_content_id, title")
          .eq("social_account_id", social_account_id).is("deleted_at", null)
          .order("published_at", { ascending: false }),
      );
      const published = await publishedItems(journey.stack, simulator, account_id);
      const there = new Set(published.map(({ id }) => id));
      expect(
        stored === there.size && items.length === there.size &&
          items.every(({ platform_content_id }) => there.has(platform_content_id)),
        `Cannot trust the sync: the account has ${there.size} items, the library ${items.length}`,
      );
      return `${stored} items in ${calls} ${calls === 1 ? "call" : "calls"}, the newest: ${
        items[0]?.title ? `“${items[0].title}”` : "one without a title"
      }`;
    },
  };
}

function accountOf(journey: Journey, slug: string) {
  return known(journey.others?.get(slug), `a connected account of ${slug}`);
}
