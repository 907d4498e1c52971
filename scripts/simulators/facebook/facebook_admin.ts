/** What tests do to Facebook from outside, beyond what both products have: people, and Pages that they may do things on. */
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
import {
  all_tasks,
  type FacebookLibrary,
  type PageRecord,
  type PostEdit,
  type PostRecord,
} from "./library.ts";

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

const Expiry = OneAccount.extend({ which: z.enum(["all", "page"]).default("page") });

export function facebookAdmin(
  library: FacebookLibrary,
  accounts: MetaAccounts,
  usage: MetaUsage,
  callbacks: Callbacks,
): Route[] {
  const base = "/_admin/facebook";
  const product: AdminProduct<PageRecord, PostRecord, PostEdit> = {
    provider: "facebook",
    accounts,
    usage,
    callbacks,
    list: () => library.people().flatMap(({ pages }) => pages),
    find: (id) => library.page(id),
    summary: ({ id, person, name }) => ({ account_id: id, person_id: person, name }),
    scopedIdOf: ({ person }) => person,
    personOf: ({ person }) => person,
    items: ({ posts }) => posts.toSorted((first, second) => second.order - first.order),
    truth,
    readEdit: editOf,
    add: (page, edit) => library.add(page, edit),
    edit: (page, id, edit) => library.edit(page, id, edit),
    remove: (page, id) => library.remove(page, id),
  };

  return [
    ...metaAdmin(product),
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
        return json(201, product.summary(library.create({ ...wish, posts: items })));
      },
    },
    {
      method: "PATCH",
      path: `${base}/accounts/:account`,
      handle: (call) => {
        const page = knownAccount(product, call);
        const change = Object.fromEntries(
          Object.entries(readBody(PageChange, call)).filter(([, value]) => value !== undefined),
        );
        library.change(page, change);
        return json(200, product.summary(page));
      },
    },
    {
      method: "POST",
      path: `${base}/tokens/expire`,
      handle: (call) => {
        const { account_id, which } = readBody(Expiry, call);
        accounts.expire(knownAccount(product, call, account_id).person, which);
        return json(200, {});
      },
    },
  ];
}

function truth(post: PostRecord): TrueItem {
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

function editOf(call: Call): PostEdit {
  const { text, ...edit } = readBody(Edit, call);
  return { ...edit, ...(text === undefined ? {} : { message: text }) };
}

function contentTypeOf({ kind, video }: PostRecord): string {
  if (kind === "reel") return "reel";
  if (kind === "video") return Math.round(video?.seconds ?? 0) <= 60 ? "short_video" : "long_video";
  return kind === "album" ? "carousel" : kind === "photo" ? "image" : "post";
}
