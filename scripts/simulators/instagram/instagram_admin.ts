/** What tests do to Instagram from outside: accounts of their own, edits, the truth to compare with, tokens, limits. */
import { z } from "zod";
import { AdminError, readBody } from "../admin.ts";
import type { MetaAccounts } from "../meta/accounts.ts";
import type { MetaUsage } from "../meta/usage.ts";
import { type Answer, type Call, json, type Route } from "../provider.ts";
import type { AccountRecord, InstagramLibrary, MediaEdit, MediaRecord } from "./library.ts";

const Count = z.int().min(0);
const Time = z.iso.datetime({ offset: true });

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
  alt_text: z.string().nullable().optional(),
  parts: z.int().min(2).max(20).optional(),
  flagged: z.boolean().optional(),
  hidden: z.boolean().optional(),
});

const TokenChange = z.strictObject({ account_id: z.string() });
const Age = TokenChange.extend({ seconds: z.int().min(1) });
const UsageInput = z.strictObject({
  account_id: z.string().optional(),
  limit: Count.optional(),
  used: Count.optional(),
});

export function instagramAdmin(
  library: InstagramLibrary,
  accounts: MetaAccounts,
  usage: MetaUsage,
): Route[] {
  const base = "/_admin/instagram";
  const one = `${base}/accounts/:account`;

  function account(call: Call, id = call.params.account ?? ""): AccountRecord {
    const found = library.account(id);
    if (!found) throw new AdminError(404, `Cannot ${call.method} ${call.path}: no account has the id ${id}`);
    return found;
  }

  const summary = ({ id, scoped_id, username, name }: AccountRecord) => ({
    account_id: id,
    scoped_id,
    username,
    name,
  });

  /** Everything that a correct library must equal. */
  function truth(media: MediaRecord) {
    return {
      id: media.id,
      description: media.caption ?? "",
      content_type: contentTypeOf(media),
      visibility: "public",
      deleted: !library.isAlive(media),
      likes: media.likes,
      comments: media.comments,
      parts: media.parts.map(({ id }) => id),
    };
  }

  function edited(call: Call, status: number, media: MediaRecord | undefined): Answer {
    if (!media) throw new AdminError(404, `Cannot edit: no item has the id ${call.params.item}`);
    return json(status, { ...media, item: truth(media) });
  }

  return [
    {
      method: "POST",
      path: `${base}/accounts`,
      handle: (call) => {
        const { items, ...wish } = readBody(NewAccount, call);
        return json(201, summary(library.create({ ...wish, media: items })));
      },
    },
    {
      method: "GET",
      path: `${base}/accounts`,
      handle: () => json(200, { accounts: library.list().map(summary) }),
    },
    {
      method: "GET",
      path: `${one}/items`,
      handle: (call) => {
        const found = account(call);
        const media = [...library.media(found), ...library.stories(found)];
        return json(200, { items: media.map(truth) });
      },
    },
    {
      method: "POST",
      path: `${one}/items`,
      handle: (call) => edited(call, 201, library.add(account(call), editOf(call))),
    },
    {
      method: "PATCH",
      path: `${one}/items/:item`,
      handle: (call) => edited(call, 200, library.edit(account(call), call.params.item ?? "", editOf(call))),
    },
    {
      method: "DELETE",
      path: `${one}/items/:item`,
      handle: (call) => json(200, { deleted: library.remove(account(call), call.params.item ?? "") }),
    },
    {
      method: "POST",
      path: `${base}/tokens/expire`,
      handle: (call) => {
        accounts.expire(account(call, readBody(TokenChange, call).account_id).id, "all");
        return json(200, {});
      },
    },
    {
      method: "POST",
      path: `${base}/tokens/revoke`,
      handle: (call) => {
        accounts.revoke(account(call, readBody(TokenChange, call).account_id).id);
        return json(200, {});
      },
    },
    {
      method: "POST",
      path: `${base}/tokens/age`,
      handle: (call) => {
        const { account_id, seconds } = readBody(Age, call);
        accounts.age(account(call, account_id).id, seconds * 1_000);
        return json(200, {});
      },
    },
    {
      method: "PUT",
      path: `${base}/usage`,
      handle: (call) => {
        const { account_id, ...change } = readBody(UsageInput, call);
        return json(200, usage.change(account_id, change));
      },
    },
    {
      method: "GET",
      path: `${base}/usage`,
      handle: (call) => json(200, usage.read(call.query.get("account_id") ?? undefined)),
    },
  ];
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
