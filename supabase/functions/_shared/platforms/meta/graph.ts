/**
 * What Instagram and Facebook share, because both are Meta's Graph API: the error envelope, the usage headers and cursor paging.
 * Errors are distinguished by their code; the HTTP status says little (an exhausted quota may be 400, 403 or 429).
 */
import * as z from "zod";
import { moved } from "../page.ts";
import {
  type Cursor,
  type FaultKind,
  type JsonObject,
  type NormalizedItem,
  type PageRequest,
  PlatformFault,
  type PlatformSlug,
  type Usage,
} from "../platform.ts";
import { type Dialect, kindOfStatus, type ProviderRefusal } from "../provider_client.ts";

const Words = z.string().optional().catch(undefined);
const GraphError = z.looseObject({
  error: z.looseObject({
    code: z.number(),
    error_subcode: z.number().optional(),
    is_transient: z.boolean().optional(),
    type: Words,
    message: Words,
    error_user_title: Words,
    error_user_msg: Words,
  }),
});
type GraphError = z.infer<typeof GraphError>["error"];

/** Limits of the app, person, Page and account, old codes and new. */
const THROTTLED = [4, 17, 32, 613, 80_001, 80_002];

/** The code of the limit that all accounts share. */
const APP_THROTTLED = 4;

/** When a spent window does not report its end, the retry follows after an hour, its usual length. */
const WINDOW_MS = 60 * 60 * 1_000;

/** The object does not exist, or is not visible to this token. */
const ABSENT = "100/33";
const NO_SUCH_OBJECT = [ABSENT, "803", "24/2207006"];

/**
 * The person must first log in at the platform: checkpointed, not confirmed, in a blocking checkpoint, or restricted until they do
 * what the app there asks. https://developers.facebook.com/docs/graph-api/guides/error-handling
 */
const CHECKPOINTS = ["190/459", "190/464", "190/490", "102/459", "102/464", "102/490", "25/2207050"];

/** Sent with code 1 and status 500, but also with others; sometimes only in the texts for people. */
const TOO_HEAVY =
  /reduce the amount of data|too many (ids|requests in batch)|\b(request|response|query)\b.{0,20}\btoo (large|big|heavy|complex)/i;

export const Paging = z.looseObject({
  cursors: z.looseObject({ after: z.string().optional() }).optional(),
  next: z.string().optional(),
}).optional();

/** Returns where the next page begins; null at the end of a list, which only a missing `next` indicates. */
export function cursorAfter(paging: z.infer<typeof Paging>): string | null {
  if (paging?.next === undefined) return null;
  // `next` contains the access token, so only the cursor is taken from it.
  const after = paging.cursors?.after ??
    (URL.canParse(paging.next) ? new URL(paging.next).searchParams.get("after") : null);
  return after || null;
}

/** The position of a sync run in the lists that make up a library. */
export interface Place<List extends string> {
  list: List;
  after: string | null;
  query: Record<string, string>;
}

/** Returns the place that a cursor names; without a cursor, the beginning of the first list. */
export function placeIn<List extends string>(
  lists: readonly [List, ...List[]],
  { cursor, size }: PageRequest,
): Place<List> {
  const after = typeof cursor?.after === "string" ? cursor.after : null;
  return {
    list: lists.find((name) => name === cursor?.list) ?? lists[0],
    after,
    query: { limit: String(size), ...(after === null ? {} : { after }) },
  };
}

/** Awaits a read at a place. Meta reports an expired cursor as a bad parameter; the other parameters are known to be right. */
export async function atPlace<Answer>({ after }: Place<string>, reading: Promise<Answer>): Promise<Answer> {
  return await reading.catch((fault) => {
    const isLost = after !== null && fault instanceof PlatformFault && isBadParameter(fault);
    throw isLost ? new PlatformFault(fault.platform, "cursor_invalid", fault) : fault;
  });
}

/** Returns the cursor of the list's next page, or of the first page of the next list; `own` is stored in the cursor. */
export function nextPlace<List extends string>(
  platform: PlatformSlug,
  lists: readonly List[],
  { list, after: before }: Place<List>,
  paging: z.infer<typeof Paging>,
  own: JsonObject = {},
): Cursor | null {
  const after = moved(platform, cursorAfter(paging), before);
  const next = after === null ? lists[lists.indexOf(list) + 1] : list;
  return next === undefined ? null : { key: `${next}:${after ?? ""}`, list: next, after, ...own };
}

/** Builds a page for a platform without ETags and totals; all its items exist. `kept` exist too, but were not read this time. */
export function pageOf(items: NormalizedItem[], kept: string[] = []) {
  const ids = [...new Set([...items.map((item) => item.platform_content_id), ...kept])];
  return { unchanged: false, etags: {}, item_ids: ids, present_ids: ids, items, total: null };
}

export function graphDialect(platform: PlatformSlug): Dialect {
  return {
    explain: (refusal, now) => explainGraph(platform, refusal, now),
    wait: ({ headers }) => {
      const minutes = minutesToWait(headers);
      return minutes > 0 ? minutes * 60 : null;
    },
    left: usageOf,
  };
}

/** Converts a Graph error to a fault. Its `reason` is `code` or `code/subcode`. */
export function explainGraph(
  platform: PlatformSlug,
  { status, body, retry_at }: Omit<ProviderRefusal, "headers">,
  now: Date,
): PlatformFault {
  const error = GraphError.safeParse(body).data?.error;
  if (!error) {
    const kind = kindOfStatus(status);
    return new PlatformFault(platform, kind, { reason: "no Graph error", status, retry_at });
  }
  const reason = reasonOf(error);
  const kind = kindOf(error, reason, status);
  const isSpent = kind === "quota_exhausted" && retry_at === null;
  return new PlatformFault(platform, kind, {
    reason,
    status,
    retry_at: isSpent ? new Date(now.getTime() + WINDOW_MS) : retry_at,
    // With a subcode, the error says that this one account looks like spam.
    whole_app: error.code === APP_THROTTLED && !error.error_subcode,
  });
}

/** Returns code and subcode. A missing object may come without its subcode; its message then ends the same way everywhere. */
function reasonOf({ code, error_subcode, message = "" }: GraphError): string {
  if (error_subcode) return `${code}/${error_subcode}`;
  return code === 100 && /\bobject with id\b.*\bdoes not exist\b/i.test(message) ? ABSENT : String(code);
}

function kindOf({ code, is_transient, ...words }: GraphError, reason: string, status: number): FaultKind {
  const { message, error_user_title, error_user_msg } = words;
  if (THROTTLED.includes(code)) return "quota_exhausted";
  if (TOO_HEAVY.test([message, error_user_title, error_user_msg].join("\n"))) return "too_heavy";
  if (is_transient || code === 1 || code === 2) return "transient";
  if (CHECKPOINTS.includes(reason)) return "confirmation_needed";
  if (code === 102 || code === 190) return "token_expired";
  if (code === 10 || (code >= 200 && code < 300)) return "scope_missing";
  if (NO_SUCH_OBJECT.includes(reason) || code === 25) return "account_gone";
  const kind = kindOfStatus(status);
  return status >= 500 || kind === "too_heavy" ? kind : "misconfigured";
}

/**
 * Classifies the refusal of one object among several. `absent`: the object does not exist; `unread`: it could not be read, and
 * nothing more is known; `token`: the same, unless no other object could be read either; `whole`: the refusal concerns the limits
 * or the size of the request.
 */
export function judge(fault: PlatformFault): "absent" | "unread" | "token" | "whole" {
  if (isNoSuchObject(fault)) return "absent";
  if (TOKEN_CODES.test(fault.reason)) return "token";
  return ["quota_exhausted", "too_heavy"].includes(fault.kind) ? "whole" : "unread";
}

const TOKEN_CODES = /^(102|190)(\/|$)/;

/** Returns whether the fault says that one object cannot be read, which is no error where its existence is the question. */
export function isNoSuchObject(error: unknown): boolean {
  return error instanceof PlatformFault && NO_SUCH_OBJECT.includes(error.reason);
}

/** Returns whether the fault says that a parameter is wrong or does not fit the object. */
export function isBadParameter({ kind, reason }: PlatformFault): boolean {
  return kind === "misconfigured" && /^100(\/|$)/.test(reason);
}

/** Converts Meta's token responses and refusals to RFC 6749 form. */
export function reshapeTokenAnswer(body: Record<string, unknown>): Record<string, unknown> {
  const graph = GraphError.safeParse(body).data?.error;
  if (graph) {
    const kind = kindOf(graph, reasonOf(graph), 400);
    const isTransient = kind === "transient" || kind === "quota_exhausted";
    // Of our own parameters, only the code changes from call to call.
    const error = isTransient
      ? "temporarily_unavailable"
      : graph.code === 100
      ? "invalid_grant"
      : "invalid_client";
    return { error };
  }
  // Instagram's token endpoint has its own errors, and may or may not wrap its responses in a list.
  if (typeof body.error_type === "string") {
    const isCode = /code/i.test(String(body.error_message));
    return { error: body.code === 400 && isCode ? "invalid_grant" : "invalid_client" };
  }
  const answer = Array.isArray(body.data) ? { ...body.data[0] } : { ...body };
  const { permissions, ...rest } = answer;
  const scope = Array.isArray(permissions) ? permissions.join(" ") : permissions;
  return typeof scope === "string" && scope !== "" ? { ...rest, scope } : rest;
}

const Percentages = z.looseObject({
  call_count: z.number().catch(0),
  total_time: z.number().catch(0),
  total_cputime: z.number().catch(0),
  estimated_time_to_regain_access: z.number().catch(0),
});
const AppUsage = Percentages.transform((one) => [one]);
const AccountUsage = z.record(z.string(), z.array(Percentages)).transform((accounts) =>
  Object.values(accounts).flat()
);

/** Returns the highest of all reported counters, and when a full one resets. */
function usageOf(headers: Headers, now: Date): Omit<Usage, "calls" | "units"> {
  const percentages = usagesIn(headers);
  if (percentages.length === 0) return {};
  const fullest = percentages.flatMap((one) => [one.call_count, one.total_time, one.total_cputime]);
  const minutes = minutesToWait(headers);
  return {
    spent: Math.max(...fullest) / 100,
    ...(minutes > 0 ? { resets_at: new Date(now.getTime() + minutes * 60_000) } : {}),
  };
}

function minutesToWait(headers: Headers): number {
  return Math.max(0, ...usagesIn(headers).map((one) => one.estimated_time_to_regain_access));
}

function usagesIn(headers: Headers) {
  return [
    ...read(AppUsage, headers.get("x-app-usage")),
    ...read(AccountUsage, headers.get("x-business-use-case-usage")),
  ];
}

function read<Schema extends typeof AppUsage | typeof AccountUsage>(schema: Schema, header: string | null) {
  try {
    return schema.safeParse(JSON.parse(header ?? "null")).data ?? [];
  } catch {
    return [];
  }
}
