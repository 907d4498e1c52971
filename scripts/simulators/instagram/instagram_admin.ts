/** What tests do to Instagram from outside, beyond what both products have: accounts of their own, and tokens that are older. */
import { z } from "zod";
import { readBody } from "../admin.ts";
import type { MetaAccounts } from "../meta/accounts.ts";
import type { Callbacks } from "../meta/callbacks.ts";
import {
  type AdminProduct,
  Count,
  knownAccount,
  metaAdmin,
  OneAccount,
  Time,
  type TrueItem,
} from "../meta/meta_admin.ts";
import type { MetaUsage } from "../meta/usage.ts";
import { type Call, json, type Route } from "../provider.ts";
import type { AccountRecord, InstagramLibrary, MediaEdit, MediaRecord } from "./library.ts";

const NewAccount = z.strictObject({
  username: z.string().regex(/^[a-z0-9._]{1,30}$/).optional(),
  name: z.string().min(1).max(64).optional(),
  items: Count.max(10_000).optional(),
  stories: Count.max(100).optional(),
  seed: Count.optional(),
  newest_at: Time.optional(),
  days_between: z.number().positive().optional(),
  account_type: z.enum(["BUSINESS", "MEDIA_CREATOR", "PERSONAL"]).optional(),
  repeats: z.boolean().optional(),
  plain: z.boolean().optional(),
});

const Edit = z.strictObject({
  type: z.enum(["IMAGE", "VIDEO", "CAROUSEL_ALBUM"]).optional(),
  product: z.enum(["FEED", "REELS", "STORY"]).optional(),
  text: z.string().max(2_200).nullable().optional(),
  at: Time.optional(),
  likes: Count.nullable().optional(),
  comments: Count.optional(),
  views: Count.nullable().optional(),
  shares: Count.optional(),
  alt_text: z.string().nullable().optional(),
  parts: z.int().min(2).max(20).optional(),
  flagged: z.boolean().optional(),
  hidden: z.boolean().optional(),
});

const Age = OneAccount.extend({ seconds: z.int().min(1) });

export function instagramAdmin(
  library: InstagramLibrary,
  accounts: MetaAccounts,
  usage: MetaUsage,
  callbacks: Callbacks,
): Route[] {
  const base = "/_admin/instagram";
  const product: AdminProduct<AccountRecord, MediaRecord, MediaEdit> = {
    provider: "instagram",
    accounts,
    usage,
    callbacks,
    list: () => library.list(),
    find: (id) => library.account(id),
    summary: ({ id, scoped_id, username, name }) => ({ account_id: id, scoped_id, username, name }),
    scopedIdOf: ({ scoped_id }) => scoped_id,
    personOf: ({ id }) => id,
    items: (account) => [...library.media(account), ...library.stories(account)],
    truth: (media) => truth(media, library.isAlive(media)),
    readEdit: editOf,
    add: (account, edit) => library.add(account, edit),
    edit: (account, id, edit) => library.edit(account, id, edit),
    remove: (account, id) => library.remove(account, id),
  };

  return [
    ...metaAdmin(product),
    {
      method: "POST",
      path: `${base}/accounts`,
      handle: (call) => {
        const { items, ...wish } = readBody(NewAccount, call);
        return json(201, product.summary(library.create({ ...wish, media: items })));
      },
    },
    {
      method: "POST",
      path: `${base}/tokens/expire`,
      handle: (call) => {
        accounts.expire(knownAccount(product, call, readBody(OneAccount, call).account_id).id, "all");
        return json(200, {});
      },
    },
    {
      method: "POST",
      path: `${base}/tokens/age`,
      handle: (call) => {
        const { account_id, seconds } = readBody(Age, call);
        accounts.age(knownAccount(product, call, account_id).id, seconds * 1_000);
        return json(200, {});
      },
    },
  ];
}

function truth(media: MediaRecord, isAlive: boolean): TrueItem {
  return {
    id: media.id,
    description: media.caption ?? "",
    content_type: contentTypeOf(media),
    visibility: "public",
    deleted: !isAlive,
    likes: media.likes,
    comments: media.comments,
    views: media.views,
    shares: media.shares,
    parts: media.parts.map(({ id }) => id),
  };
}

function editOf(call: Call): MediaEdit {
  const { text, ...edit } = readBody(Edit, call);
  return { ...edit, ...(text === undefined ? {} : { caption: text }) };
}

function contentTypeOf({ type, product }: MediaRecord): string {
  if (product === "STORY") return "story";
  if (type !== "VIDEO") return type === "IMAGE" ? "image" : "carousel";
  return product === "REELS" ? "reel" : "short_video";
}
