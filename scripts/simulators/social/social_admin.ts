/** Admin routes below `/_admin/<provider>`, the same for every network: accounts, their posts, tokens. */
import { z } from "zod";
import { AdminError, readBody, readQuery } from "../admin.ts";
import { type Answer, type Call, json, type Route } from "../provider.ts";
import type { Grants } from "./grants.ts";
import type { PostRecord } from "./post.ts";
import type { AccountRecord, SocialAccounts } from "./social_accounts.ts";

/** What a right library holds of a post; tests compare with it. */
export interface TrueItem {
  readonly id: string;
  readonly description: string;
  readonly content_type: string;
  readonly visibility: string;
  /** Not in the library, for whatever reason the network has. */
  readonly deleted: boolean;
  /** The provider's ids of its pictures and videos, where it has several. */
  readonly parts: readonly string[];
}

const Count = z.int().min(0);
const NewAccount = z.strictObject({
  name: z.string().min(1).max(80).optional(),
  items: z.int().min(0).max(1_000_000),
  seed: z.int().min(0).max(0xffffffff).optional(),
  plain: z.boolean().default(false).describe("nothing but posts that a library holds"),
  newest_at: z.iso.datetime({ offset: true }).optional(),
  hours_between: z.number().min(0.01).max(10_000).optional(),
  closed: z.boolean().optional().describe("posts are for followers only"),
});
const AccountChange = z.strictObject({
  name: z.string().min(1).max(80),
  username: z.string().min(1).max(80),
  bio: z.string().max(500),
  followers: Count,
  closed: z.boolean(),
  suspended: z.boolean(),
}).partial();
const PostChange = z.strictObject({
  kind: z.enum(["text", "photo", "album", "video", "gif"]),
  text: z.string().max(30_000),
  language: z.string().nullable(),
  created_at: z.iso.datetime({ offset: true }),
  deleted: z.boolean(),
  hidden: z.boolean(),
  duration_seconds: Count.nullable(),
  parts: z.int().min(0).max(35),
  views: Count,
  likes: Count,
  comments: Count,
  shares: Count,
  extra: z.record(z.string(), z.unknown()),
}).partial();
const Search = z.strictObject({
  search: z.string().default(""),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});
const OneAccount = z.strictObject({ account_id: z.string().min(1) });
const Expiry = OneAccount.extend({ which: z.enum(["access", "refresh", "both"]).default("access") });

export function socialAdmin(about: {
  accounts: SocialAccounts;
  grants: Grants;
  scopes: readonly string[];
  truth: (post: PostRecord, account: AccountRecord) => TrueItem;
}): Route[] {
  const { accounts, grants, truth } = about;
  const root = `/_admin/${accounts.network.provider}`;
  const Issue = OneAccount.extend({ scopes: z.array(z.string().min(1)).min(1).default([...about.scopes]) });

  const known = (id: string | undefined): AccountRecord => {
    const account = accounts.account(id ?? "");
    if (account) return account;
    throw new AdminError(
      404,
      `Cannot find the account: ${accounts.network.provider} has none with the id ${id}`,
    );
  };
  const describe = ({ id, ...rest }: AccountRecord) => ({
    account_id: id,
    ...rest,
    items: accounts.size(id),
    consented: grants.isConsented(id),
  });
  const knownPost = (call: Call): PostRecord => {
    const account = known(call.params.account);
    const post = accounts.post(account.id, call.params.item ?? "");
    if (post) return post;
    throw new AdminError(404, `Cannot find the post: ${account.id} has none with the id ${call.params.item}`);
  };
  const answerPost = (status: number, call: Call, post: PostRecord): Answer => {
    const account = known(call.params.account);
    return json(status, { ...post, item: truth(post, account) });
  };

  return [
    {
      method: "GET",
      path: `${root}/accounts`,
      handle: (call) => {
        const { search, limit } = readQuery(Search, call);
        return json(200, { accounts: accounts.list(search, limit).map(describe) });
      },
    },
    {
      method: "POST",
      path: `${root}/accounts`,
      handle: (call) => json(201, describe(accounts.create(readBody(NewAccount, call)))),
    },
    {
      method: "GET",
      path: `${root}/accounts/:account`,
      handle: (call) => json(200, describe(known(call.params.account))),
    },
    {
      method: "PATCH",
      path: `${root}/accounts/:account`,
      handle: (call) => {
        const { id } = known(call.params.account);
        return json(200, describe(accounts.editAccount(id, readBody(AccountChange, call))));
      },
    },
    {
      method: "GET",
      path: `${root}/accounts/:account/items`,
      handle: (call) => {
        const account = known(call.params.account);
        const posts = accounts.at(account.id, 0, accounts.size(account.id));
        return json(200, { items: posts.map((post) => truth(post, account)) });
      },
    },
    {
      method: "POST",
      path: `${root}/accounts/:account/items`,
      handle: (call) => {
        const { id } = known(call.params.account);
        return answerPost(201, call, accounts.add(id, readBody(PostChange, call)));
      },
    },
    {
      method: "GET",
      path: `${root}/accounts/:account/items/:item`,
      handle: (call) => answerPost(200, call, knownPost(call)),
    },
    {
      method: "PATCH",
      path: `${root}/accounts/:account/items/:item`,
      handle: (call) => {
        const { id } = known(call.params.account);
        return answerPost(200, call, accounts.edit(id, call.params.item ?? "", readBody(PostChange, call)));
      },
    },
    {
      method: "DELETE",
      path: `${root}/accounts/:account/items/:item`,
      handle: (call) => {
        const { id } = known(call.params.account);
        return answerPost(200, call, accounts.edit(id, call.params.item ?? "", { deleted: true }));
      },
    },
    {
      method: "POST",
      path: `${root}/tokens`,
      handle: (call) => {
        const { account_id, scopes } = readBody(Issue, call);
        return json(201, grants.issue(known(account_id).id, scopes));
      },
    },
    {
      method: "POST",
      path: `${root}/tokens/expire`,
      handle: (call) => {
        const { account_id, which } = readBody(Expiry, call);
        grants.expire(known(account_id).id, which);
        return json(200, { expired: which });
      },
    },
    {
      method: "POST",
      path: `${root}/tokens/revoke`,
      handle: (call) => {
        grants.revoke(known(readBody(OneAccount, call).account_id).id);
        return json(200, { revoked: true });
      },
    },
  ];
}
