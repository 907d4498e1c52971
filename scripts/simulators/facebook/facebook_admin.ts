/** What tests do to Facebook from outside: people and Pages of their own, edits, the truth to compare with, tokens, limits. */
import { z } from "zod";
import { AdminError, readBody } from "../admin.ts";
import type { MetaAccounts } from "../meta/accounts.ts";
import type { MetaUsage } from "../meta/usage.ts";
import { type Answer, type Call, json, type Route } from "../provider.ts";
import {
  all_tasks,
  type FacebookLibrary,
  type PageRecord,
  type PostEdit,
  type PostRecord,
} from "./library.ts";

const Count = z.int().min(0);
const Time = z.iso.datetime({ offset: true });
const Tasks = z.array(z.enum(all_tasks as [string, ...string[]]));

const NewPage = z.strictObject({
  person_id: z.string().optional(),
  name: z.string().min(1).max(75).optional(),
  items: Count.max(10_000).optional(),
  seed: Count.optional(),
  newest_at: Time.optional(),
  days_between: z.number().positive().optional(),
  tasks: Tasks.optional(),
  repeats: z.boolean().optional(),
  plain: z.boolean().optional(),
});

const PageChange = z.strictObject({
  name: z.string().min(1).max(75),
  tasks: Tasks,
  repeats: z.boolean(),
}).partial();

const Edit = z.strictObject({
  kind: z.enum(["text", "link", "photo", "album", "video", "reel", "share"]).optional(),
  text: z.string().max(63_206).nullable().optional(),
  at: Time.optional(),
  reactions: Count.optional(),
  comments: Count.optional(),
  shares: Count.optional(),
  parts: z.int().min(2).max(40).optional(),
  seconds: z.number().positive().optional(),
  has_post: z.boolean().optional(),
  hidden: z.boolean().optional(),
});

const OnePage = z.strictObject({ account_id: z.string() });
const Expiry = OnePage.extend({ which: z.enum(["all", "page"]).default("page") });
const UsageInput = z.strictObject({
  account_id: z.string().optional(),
  limit: Count.optional(),
  used: Count.optional(),
});

export function facebookAdmin(library: FacebookLibrary, accounts: MetaAccounts, usage: MetaUsage): Route[] {
  const base = "/_admin/facebook";
  const one = `${base}/accounts/:page`;

  function page(call: Call, id = call.params.page ?? ""): PageRecord {
    const found = library.page(id);
    if (!found) throw new AdminError(404, `Cannot ${call.method} ${call.path}: no Page has the id ${id}`);
    return found;
  }

  const summary = ({ id, person, name }: PageRecord) => ({ account_id: id, person_id: person, name });

  /** Everything that a correct library must equal. */
  function truth(post: PostRecord) {
    return {
      id: post.has_post ? post.id : post.video?.id,
      description: post.message ?? "",
      content_type: contentTypeOf(post),
      visibility: "public",
      deleted: post.hidden,
      likes: post.has_post ? post.reactions : null,
      comments: post.has_post ? post.comments : null,
      parts: post.parts.map(({ id }) => id),
    };
  }

  function edited(call: Call, status: number, post: PostRecord | undefined): Answer {
    if (!post) throw new AdminError(404, `Cannot edit: no item has the id ${call.params.item}`);
    return json(status, { ...post, item: truth(post) });
  }

  return [
    {
      method: "POST",
      path: `${base}/people`,
      handle: () => json(201, { person_id: library.createPerson() }),
    },
    {
      method: "POST",
      path: `${base}/accounts`,
      handle: (call) => {
        const { items, ...wish } = readBody(NewPage, call);
        return json(201, summary(library.create({ ...wish, posts: items })));
      },
    },
    {
      method: "GET",
      path: `${base}/accounts`,
      handle: () => json(200, { accounts: library.people().flatMap(({ pages }) => pages.map(summary)) }),
    },
    {
      method: "PATCH",
      path: one,
      handle: (call) => {
        const change = Object.fromEntries(
          Object.entries(readBody(PageChange, call)).filter(([, value]) => value !== undefined),
        );
        library.change(page(call), change);
        return json(200, summary(page(call)));
      },
    },
    {
      method: "GET",
      path: `${one}/items`,
      handle: (call) => {
        const posts = page(call).posts.toSorted((first, second) => second.order - first.order);
        return json(200, { items: posts.map(truth) });
      },
    },
    {
      method: "POST",
      path: `${one}/items`,
      handle: (call) => edited(call, 201, library.add(page(call), editOf(call))),
    },
    {
      method: "PATCH",
      path: `${one}/items/:item`,
      handle: (call) => edited(call, 200, library.edit(page(call), call.params.item ?? "", editOf(call))),
    },
    {
      method: "DELETE",
      path: `${one}/items/:item`,
      handle: (call) => json(200, { deleted: library.remove(page(call), call.params.item ?? "") }),
    },
    {
      method: "POST",
      path: `${base}/tokens/expire`,
      handle: (call) => {
        const { account_id, which } = readBody(Expiry, call);
        accounts.expire(page(call, account_id).person, which);
        return json(200, {});
      },
    },
    {
      method: "POST",
      path: `${base}/tokens/revoke`,
      handle: (call) => {
        accounts.revoke(page(call, readBody(OnePage, call).account_id).person);
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

function editOf(call: Call): PostEdit {
  const { text, ...edit } = readBody(Edit, call);
  return { ...edit, ...(text === undefined ? {} : { message: text }) };
}

function contentTypeOf({ kind, video }: PostRecord): string {
  if (kind === "reel") return "reel";
  if (kind === "video") return Math.round(video?.seconds ?? 0) <= 60 ? "short_video" : "long_video";
  return kind === "album" ? "carousel" : kind === "photo" ? "image" : "post";
}
