/** Finds every reason why a post could not be published, before anything is sent. */
import * as z from "zod";
import { Access, type Connection } from "../connections/access.ts";
import type { Context } from "../context.ts";
import { ApiError, type InputFault } from "../errors.ts";
import { JsonObject, KeptTokens, PlatformFault } from "../platforms/platform.ts";
import { isKnown, platformOf } from "../platforms/registry.ts";
import type { Checked, PostInput, TargetInput } from "./contract.ts";
import { mediaSource } from "./media.ts";
import { type Draft, error, Medium, type Objection, type Publisher, warning } from "./publisher.ts";
import { publisherOf } from "./registry.ts";

const Known = z.object({
  time_zone: z.string(),
  accounts: z.array(z.object({
    social_account_id: z.string(),
    platform: z.string(),
    status: z.string(),
    platform_account_id: z.string(),
    details: JsonObject.nullable(),
    scopes: z.array(z.string()).nullable(),
    is_active: z.boolean(),
  })),
  media: z.array(Medium),
});
type Known = z.output<typeof Known>;
type Account = Known["accounts"][number];

const Left = z.array(z.object({
  name: z.string(),
  size: z.number().nullable(),
  used: z.number(),
  resets_at: z.string().nullable(),
  closed_until: z.string().nullable(),
}));
const Connected = z.object({
  connection_id: z.uuid(),
  tokens: KeptTokens,
  token_expires_at: z.string().nullable(),
});

/** Returns the accounts and media that a post refers to, and the creator's time zone. */
export async function readKnown(context: Context, user_id: string, post: PostInput): Promise<Known> {
  const media = new Set([
    ...post.media_ids,
    ...post.targets.flatMap(({ media_ids = [], options }) => [
      ...media_ids,
      ...(options.thumbnail_media_id ? [options.thumbnail_media_id] : []),
    ]),
  ]);
  return await context.admin.call("read_publishing_accounts", {
    p_user_id: user_id,
    p_account_ids: post.targets.map(({ social_account_id }) => social_account_id),
    p_media_ids: [...media],
  }, Known);
}

/** Returns the objections to each target. @param asks Whether to ask the platforms as well for what only they know. */
export async function validatePost(
  context: Context,
  user_id: string,
  post: PostInput,
  known: Known,
  { asks }: { asks: boolean },
): Promise<Checked> {
  const targets = await Promise.all(post.targets.map(async (target) => {
    const account = known.accounts.find(({ social_account_id }) =>
      social_account_id === target.social_account_id
    );
    const objections = await check(context, user_id, post, target, account, known.media, asks);
    const { social_account_id, kind } = target;
    return { social_account_id, platform: account?.platform ?? null, kind, objections };
  }));
  return {
    is_ready: targets.every(({ objections }) => objections.every(({ level }) => level !== "error")),
    targets,
  };
}

/** Throws an error that lists every objection of level `error`, if there are any. */
export function refuseUnready(checked: Checked): void {
  if (checked.is_ready) return;
  const errors: InputFault[] = checked.targets.flatMap(({ objections }, index) =>
    objections.filter(({ level }) => level === "error").map(({ field, message }) => ({
      pointer: `/targets/${index}/${field}`,
      detail: message,
    }))
  );
  throw new ApiError(
    "validation_failed",
    "Cannot publish the post: the platforms would refuse it; errors lists what is wrong with each target",
    { errors, extras: { targets: checked.targets } },
  );
}

async function check(
  context: Context,
  user_id: string,
  post: PostInput,
  target: TargetInput,
  account: Account | undefined,
  media: Medium[],
  asks: boolean,
): Promise<Objection[]> {
  if (!account || !isKnown(account.platform)) {
    return [error("account", "account_unknown", "You have no such account; connect it first")];
  }
  const found: Objection[] = [];
  const { admin: _, ...rest } = context;
  const platform = await platformOf(account.platform, rest);
  const publisher = await publisherOf(account.platform, {
    ...rest,
    platform,
    media: mediaSource(rest),
    known_ids: [],
  });
  if (!account.is_active || account.status === "disconnected") {
    found.push(
      error(
        "account",
        "account_disconnected",
        `${platform.title}: the account is disconnected; connect it again`,
      ),
    );
  }
  const wanted = target.media_ids ?? post.media_ids;
  const draft: Draft = {
    kind: target.kind,
    title: target.title ?? post.title,
    body: target.body ?? post.body,
    options: target.options,
    media: wanted.flatMap((id) => media.find((medium) => medium.id === id) ?? []),
    thumbnail: media.find(({ id }) => id === target.options.thumbnail_media_id) ?? null,
    due_at: null,
  };
  if (draft.media.length < wanted.length) {
    found.push(
      error(
        "media",
        "media_unknown",
        `${platform.title}: some media are not yours; upload them first`,
      ),
    );
  }
  const missing = publisher.scopes(draft).filter((scope) => !(account.scopes ?? []).includes(scope));
  if (missing.length > 0) {
    found.push(error(
      "account",
      "scope_missing",
      `${platform.title} has not allowed this (${
        missing.join(", ")
      }); connect the account again and grant every permission`,
    ));
  }
  found.push(
    ...await publisher.objections(draft),
    ...await limitObjections(context, user_id, account, publisher, draft),
  );
  if (asks && account.is_active && missing.length === 0) {
    found.push(...await askPlatform(context, user_id, account, publisher, draft));
  }
  return found;
}

async function limitObjections(
  context: Context,
  user_id: string,
  account: Account,
  publisher: Publisher,
  draft: Draft,
): Promise<Objection[]> {
  const limits = publisher.limits(draft);
  if (limits.length === 0) return [];
  const left = await context.admin.call("read_publishing_limits", {
    p_user_id: user_id,
    p_social_account_id: account.social_account_id,
    p_limits: limits,
  }, Left);
  return left.flatMap(({ name, size, used, resets_at, closed_until }) => {
    const until = closed_until ?? (size !== null && used >= size ? resets_at : null);
    return until === null ? [] : [
      warning(
        "account",
        "limit_reached",
        `All ${size ?? ""} ${name} are used; this one waits until ${until}`,
      ),
    ];
  });
}

/** Asks the platform itself for objections. If it cannot be asked, the result is only a warning. */
async function askPlatform(
  context: Context,
  user_id: string,
  account: Account,
  publisher: Publisher,
  draft: Draft,
): Promise<Objection[]> {
  if (!publisher.ask || !isKnown(account.platform)) return [];
  const { admin: _, ...rest } = context;
  const platform = await platformOf(account.platform, rest);
  try {
    const connection: Connection = await context.admin.call("read_connection", {
      p_user_id: user_id,
      p_social_account_id: account.social_account_id,
    }, Connected);
    const known = { platform_account_id: account.platform_account_id, details: account.details ?? {} };
    return await new Access(context, platform, connection).use((tokens) =>
      publisher.ask?.(tokens, draft, known) ?? Promise.resolve([])
    );
  } catch (fault) {
    if (!(fault instanceof PlatformFault)) throw fault;
    return [warning("account", "not_asked", `${platform.title} could not be asked what is left today`)];
  }
}
