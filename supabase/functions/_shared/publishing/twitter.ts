/**
 * X: chunked media upload, posts, threads. A post has no idempotency key and can be found only by its text, so a call of unknown outcome is
 * settled by reading the account back. Every post costs credits.
 */
import * as z from "zod";
import { providerClient, type ProviderRefusal } from "../platforms/provider_client.ts";
import { type JsonObject, PlatformFault, type Tokens } from "../platforms/platform.ts";
import { explain } from "../platforms/twitter/errors.ts";
import { TWITTER } from "../platforms/twitter/settings.ts";
import { spentWindow } from "../platforms/twitter/windows.ts";
import { countBytes } from "./counting.ts";
import { Mutations } from "./mutate.ts";
import {
  type Draft,
  error,
  type Limit,
  type Objection,
  type Outcome,
  type Publisher,
  type PublisherContext,
  type Sent,
  type Settled,
  type Step,
  textOf,
  warning,
  type Work,
} from "./publisher.ts";
import { readBack } from "./read_back.ts";
import { kindObjection, mediaObjections, optionObjections } from "./rules.ts";
import { PUBLISHING } from "./settings.ts";
import { hasLink, weigh } from "./twitter_text.ts";

/** List prices of 2026-04, in micro-dollars: https://docs.x.com/x-api/getting-started/pricing */
export const X_PRICES = { dated: "2026-04-20", post: 15_000, post_with_link: 200_000 } as const;

const LONGEST = 280;
const KINDS = ["text", "link", "thread", "image", "carousel", "video"] as const;
const SCOPES = ["tweet.read", "users.read", "tweet.write"];
/** The API refuses much larger chunks. */
const CHUNK = 4 * 1_048_576;

const UploadState = z.object({
  id: z.string().optional(),
  /** When the upload began: X deletes media that are in no post after a day. */
  begun_at: z.string().optional(),
  sent: z.int().default(0),
  segment: z.int().default(0),
  finalized: z.boolean().default(false),
  ready: z.boolean().default(false),
  described: z.boolean().default(false),
});
const State = z.object({
  uploads: z.array(UploadState).default([]),
  posts: z.array(z.string()).default([]),
  comment_id: z.string().optional(),
});
type State = z.output<typeof State>;

const Upload = z.looseObject({
  data: z.looseObject({
    id: z.union([z.string(), z.number()]).transform(String),
    processing_info: z.looseObject({
      state: z.string(),
      check_after_secs: z.number().optional(),
      error: z.looseObject({ message: z.string().optional(), name: z.string().optional() }).optional(),
    }).optional(),
  }),
});
const Created = z.looseObject({ data: z.looseObject({ id: z.string() }) });

const DIALECT = {
  explain: (refusal: ProviderRefusal, now: Date) => {
    const isTwice = refusal.status === 403 && /duplicate content/i.test(JSON.stringify(refusal.body));
    return isTwice
      ? new PlatformFault("twitter", "misconfigured", { reason: "duplicate", status: 403 })
      : explain(refusal, now);
  },
  wait: ({ status, headers }: { status: number; headers: Headers }, now: Date) => {
    const { resets_at } = spentWindow(headers);
    return status === 429 && resets_at ? Math.max(1, (resets_at.getTime() - now.getTime()) / 1_000) : null;
  },
};

export function twitter(context: PublisherContext): Publisher {
  const settings = context.settings.of(TWITTER);
  const { TWITTER_POST_BUDGET_MICRO_USD } = context.settings.of(PUBLISHING);
  const base = settings.TWITTER_API_URL;
  const client = settings.TWITTER_CLIENT_ID ?? "";
  const api = providerClient("twitter", base, context, DIALECT);
  const mutations = new Mutations("twitter", context, DIALECT);
  const bearer = (tokens: Tokens) => ({ authorization: `Bearer ${tokens.access_token}` });

  function limitsOf(cost: number): Limit[] {
    const rule = { counts: "calls", time_zone: null } as const;
    return [
      {
        ...rule,
        name: "posts in 15 minutes",
        app: `${client}#posts`,
        scope: "account",
        size: 100,
        seconds: 900,
        ahead: 1,
      },
      {
        ...rule,
        name: "posts of the app a day",
        app: `${client}#posts`,
        scope: "app",
        size: 10_000,
        seconds: 86_400,
        ahead: 1,
      },
      ...(TWITTER_POST_BUDGET_MICRO_USD === 0 ? [] : [
        {
          name: "credits a month, in micro-dollars",
          app: `${client}#credits`,
          scope: "app",
          counts: "units",
          size: TWITTER_POST_BUDGET_MICRO_USD,
          seconds: 30 * 86_400,
          time_zone: null,
          ahead: cost,
        } as const,
      ]),
    ];
  }

  function next(work: Work): Step | null {
    const state = State.parse(work.state);
    for (const index of work.media.keys()) {
      const step = upload(work, state, index);
      if (step) return step;
    }
    const parts = partsOf(work);
    const place = state.posts.length;
    if (place < parts.length) return post(work, state, parts[place] ?? "", place);
    const comment = work.options.first_comment;
    if (comment !== undefined && state.comment_id === undefined) return reply(work, state, comment);
    return null;
  }

  /** Whether X may delete the upload soon; the margin of four hours covers clock differences. */
  function isOld({ begun_at }: z.output<typeof UploadState>): boolean {
    return begun_at !== undefined && context.now().getTime() - Date.parse(begun_at) > 20 * 3_600_000;
  }

  /** Returns the next step for one medium; null when it is ready. */
  function upload(work: Work, state: State, index: number): Step | null {
    const medium = work.media[index];
    const kept = UploadState.parse(state.uploads[index] ?? {});
    const known = state.posts.length === 0 && !work.is_open && isOld(kept) ? UploadState.parse({}) : kept;
    if (!medium || (known.ready && (known.described || !medium.alt_text || medium.kind === "video"))) {
      return null;
    }
    const keep = (change: Partial<z.output<typeof UploadState>>): Outcome => {
      const uploads = [...state.uploads];
      uploads[index] = { ...known, ...change };
      return { state: stored({ ...state, uploads }) };
    };
    const name = (what: string) => `media ${index + 1}: ${what}`;
    const category = medium.kind === "video"
      ? "tweet_video"
      : medium.kind === "gif"
      ? "tweet_gif"
      : "tweet_image";
    if (known.id === undefined) {
      return {
        name: name("begin"),
        effect: "prepares",
        async call(tokens) {
          const { data } = await mutations.tell(`${base}/media/upload/initialize`, Upload, {
            headers: bearer(tokens),
            json: { media_type: medium.mime_type, total_bytes: medium.bytes, media_category: category },
          });
          return keep({ id: data.id, begun_at: context.now().toISOString() });
        },
      };
    }
    const url = `${base}/media/upload/${known.id}`;
    if (known.sent < medium.bytes) {
      const to = Math.min(medium.bytes, known.sent + CHUNK);
      return {
        name: name(`part ${known.segment + 1}`),
        effect: "prepares",
        needs: [{ medium, from: known.sent, to }],
        async call(tokens) {
          const form = new FormData();
          form.set("segment_index", String(known.segment));
          form.set("media", new Blob([await context.media.read(medium, known.sent, to)]), "part");
          await mutations.send(`${url}/append`, { headers: bearer(tokens), body: form });
          return keep({ sent: to, segment: known.segment + 1 });
        },
      };
    }
    if (!known.finalized) {
      return {
        name: name("end"),
        effect: "prepares",
        async call(tokens) {
          const { data } = await mutations.tell(`${url}/finalize`, Upload, { headers: bearer(tokens) });
          const info = data.processing_info;
          const ready = info === undefined || info.state === "succeeded";
          return {
            ...keep({ finalized: true, ready }),
            wait_seconds: ready ? 0 : info.check_after_secs ?? 5,
          };
        },
      };
    }
    if (!known.ready) {
      return {
        name: name("processed?"),
        effect: "reads",
        async call(tokens) {
          const { data } = await api.get("media/upload", tokens, Upload, {
            query: { command: "STATUS", media_id: known.id ?? "" },
          });
          const info = data.processing_info;
          if (info?.state === "failed") {
            throw new PlatformFault("twitter", "misconfigured", {
              reason: "media processing failed",
              status: 400,
              advice: `X could not process medium ${index + 1}${
                info.error?.message ? `: ${info.error.message}` : ""
              }; convert it, then try again`,
            });
          }
          if (info && info.state !== "succeeded") {
            return {
              state: work.state,
              wait_seconds: info.check_after_secs ?? 5,
              wait_reason: "X is processing the video",
              is_processing: true,
            };
          }
          return keep({ ready: true });
        },
      };
    }
    return {
      name: name("describe"),
      effect: "prepares",
      async call(tokens) {
        await mutations.send(`${base}/media/metadata`, {
          headers: bearer(tokens),
          json: {
            id: known.id ?? "",
            metadata: { alt_text: { text: (medium.alt_text ?? "").slice(0, 1_000) } },
          },
        });
        return keep({ described: true });
      },
    };
  }

  function post(work: Work, state: State, text: string, place: number): Step {
    const media_ids = place === 0 ? state.uploads.flatMap(({ id }) => id === undefined ? [] : [id]) : [];
    const before = state.posts[place - 1];
    const done = (id: string): JsonObject => {
      const posts = [...state.posts, id];
      const username = textOf(work.account.details.username);
      return {
        ...stored({ ...state, posts }),
        post_id: posts[0] ?? id,
        permalink: `https://x.com/${username ?? "i"}/status/${posts[0] ?? id}`,
      };
    };
    const cost = hasLink(text) ? X_PRICES.post_with_link : X_PRICES.post;
    return {
      name: place === 0 ? "post" : `post ${place + 1} of the thread`,
      effect: "shows",
      limits: limitsOf(cost),
      cost_micro_usd: cost,
      needs_witness: text === "",
      async call(tokens) {
        const { data } = await mutations.tell(`${base}/tweets`, Created, {
          headers: bearer(tokens),
          json: {
            ...(text === "" ? {} : { text }),
            ...(media_ids.length > 0 ? { media: { media_ids } } : {}),
            ...(before === undefined ? {} : { reply: { in_reply_to_tweet_id: before } }),
            ...(work.options.is_ai_generated ? { made_with_ai: true } : {}),
            ...(work.options.is_paid_partnership ? { paid_partnership: true } : {}),
          },
        });
        return { state: done(data.id) };
      },
      settle: (tokens, sent) => settle(tokens, work, state, text, sent, done),
    };
  }

  function reply(work: Work, state: State, text: string): Step {
    const done = (comment_id: string): JsonObject => ({ ...work.state, ...stored({ ...state, comment_id }) });
    return {
      name: "first comment",
      effect: "adds",
      limits: limitsOf(hasLink(text) ? X_PRICES.post_with_link : X_PRICES.post),
      cost_micro_usd: hasLink(text) ? X_PRICES.post_with_link : X_PRICES.post,
      async call(tokens) {
        const { data } = await mutations.tell(`${base}/tweets`, Created, {
          headers: bearer(tokens),
          json: { text, reply: { in_reply_to_tweet_id: state.posts.at(-1) ?? "" } },
        });
        return { state: done(data.id) };
      },
      settle: (tokens, sent) => settle(tokens, work, state, text, sent, done),
    };
  }

  async function settle(
    tokens: Tokens,
    work: Work,
    state: State,
    text: string,
    sent: Sent,
    done: (id: string) => JsonObject,
  ): Promise<Settled> {
    const found = await readBack(context.platform, tokens, work.account, {
      text: text === "" ? null : text,
      known_ids: [...context.known_ids, ...state.posts],
      sent,
    });
    if (found === "absent") return { is: "absent" };
    return found === "unclear"
      ? { is: "unclear" }
      : { is: "there", state: done(found.platform_content_id), by: "read back" };
  }

  return {
    slug: "twitter",
    kinds: KINDS,
    processing_hours: 3,
    scopes: (draft) => draft.media.length > 0 ? [...SCOPES, "media.write"] : SCOPES,
    objections,
    limits: (draft) => limitsOf(costOf(draft)),
    next,
    // A post with the same text exists. If this call was sent before, the post may be ours, and its response was lost.
    isUnclear: (fault, _step, attempt) => fault.reason === "duplicate" && attempt > 1,
    judge(fault, step) {
      if (fault.status === 403 && /duplicate/i.test(fault.reason)) {
        return {
          then: "fail",
          message: "X already has a post of yours with the same words; change them, then try again",
          who_must_act: "creator",
        };
      }
      if (fault.status === 402) {
        return {
          then: "wait",
          wait_seconds: 3_600,
          message: "the credits for X are used up; the operator of StreamVibe has to buy more",
          who_must_act: "operator",
        };
      }
      return fault.status === 400 && step.effect !== "reads"
        ? { then: "fail", message: fault.advice ?? "X refused the post", who_must_act: "creator" }
        : null;
    },
  };

  function objections(draft: Draft): Objection[] {
    const found: Objection[] = kindObjection(draft, "X", KINDS);
    const parts = partsOf(draft);
    for (const [index, part] of parts.entries()) {
      const { weight, isValid } = weigh(part);
      const what = parts.length > 1 ? `post ${index + 1} of the thread` : "the text";
      if (weight > LONGEST) {
        const excess = { count: weight, limit: LONGEST };
        found.push(
          error(
            index === 0 ? "body" : "options",
            "body_length",
            `X: ${what} weighs ${weight}, the maximum is ${LONGEST} (links weigh 23, emoji and most characters outside Europe 2)`,
            excess,
          ),
        );
      } else if (!isValid && part.trim() !== "") {
        found.push(
          error(
            index === 0 ? "body" : "options",
            "body_characters",
            `X: ${what} has characters that X refuses`,
          ),
        );
      }
      if ((part.match(/(?<![\w$])\$[A-Za-z]{1,6}(?:[._][A-Za-z]{1,2})?\b/g) ?? []).length > 1) {
        found.push(error("body", "cashtags", `X: ${what} has more than one cashtag ($…), which X refuses`));
      }
    }
    if (draft.media.length === 0 && (parts[0] ?? "").trim() === "") {
      found.push(error("body", "body_empty", "X: the post is empty; write something or add media"));
    }
    const videos = draft.media.filter(({ kind }) => kind !== "image");
    if (videos.length > 0 && draft.media.length > 1) {
      found.push(error("media", "media_mixed", "X takes one video or GIF alone, or up to four pictures"));
    }
    const least = ["image", "carousel", "video"].includes(draft.kind) ? 1 : 0;
    found.push(...mediaObjections(draft, "X", {
      kinds: draft.kind === "video" ? ["video", "gif"] : ["image", "gif", "video"],
      types: ["image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4", "video/quicktime"],
      least,
      most: 4,
      seconds: [0.5, 140],
      aspect: [1 / 3, 3],
    }));
    for (const { kind, bytes } of draft.media) {
      const limit = kind === "video" ? 512 * 1_048_576 : kind === "gif" ? 15 * 1_048_576 : 5 * 1_048_576;
      if (bytes > limit) {
        found.push(
          error("media", "media_bytes", `X: a ${kind} may have ${limit / 1_048_576} MB`, {
            count: bytes,
            limit,
          }),
        );
      }
    }
    const { first_comment, link } = draft.options;
    if (first_comment !== undefined && weigh(first_comment).weight > LONGEST) {
      found.push(
        error(
          "options",
          "comment_length",
          `X: the first comment weighs ${weigh(first_comment).weight}, the maximum is ${LONGEST}`,
        ),
      );
    }
    if (draft.kind === "link" && link === undefined) {
      found.push(error("options", "link_missing", "X: options.link is missing"));
    }
    if (parts.some((part) => countBytes(part) > 100_000)) {
      found.push(error("body", "body_length", "X: the text is far too long"));
    }
    const cost = costOf(draft);
    found.push(
      warning(
        "account",
        "cost",
        `X charges about $${(cost / 1e6).toFixed(3)} for this (prices of ${X_PRICES.dated})`,
      ),
    );
    return [
      ...found,
      ...optionObjections(draft, "X", [
        "first_comment",
        "link",
        "thread",
        "is_ai_generated",
        "is_paid_partnership",
      ]),
    ];
  }
}

/** Returns the texts of the posts to create, in order. */
export function partsOf(
  { body, title, kind, options }: Pick<Draft, "body" | "title" | "kind" | "options">,
): string[] {
  const first = [body.trim() || title.trim(), kind === "link" ? options.link ?? "" : ""].filter(Boolean).join(
    "\n\n",
  );
  return [first.normalize("NFC"), ...(options.thread ?? []).map((part) => part.trim().normalize("NFC"))];
}

function costOf(draft: Draft): number {
  const texts = [...partsOf(draft), ...(draft.options.first_comment ? [draft.options.first_comment] : [])];
  return texts.reduce((sum, text) => sum + (hasLink(text) ? X_PRICES.post_with_link : X_PRICES.post), 0);
}

function stored(state: State): JsonObject {
  return JSON.parse(JSON.stringify(state));
}
