/**
 * TikTok: direct posts with the official Content Posting API. A video is sent in parts to a URL from the init call: nothing is posted before the
 * last part, and its status can be read by publish id at any time. TikTok fetches photos itself, so for photos the init call decides. If its
 * response is lost there is no publish id, and only the list of public posts can show the outcome.
 */
import * as z from "zod";
import { kindOfStatus, providerClient, type ProviderRefusal } from "../platforms/provider_client.ts";
import { type FaultKind, type JsonObject, PlatformFault, type Tokens } from "../platforms/platform.ts";
import { TIKTOK } from "../platforms/tiktok/settings.ts";
import { countUnits } from "./counting.ts";
import { Mutations } from "./mutate.ts";
import {
  type Draft,
  error,
  type Limit,
  type Objection,
  type Publisher,
  type PublisherContext,
  type Sent,
  type Settled,
  type Step,
  warning,
  type Work,
} from "./publisher.ts";
import { readBack } from "./read_back.ts";
import { kindObjection, lengthObjection, mediaObjections, optionObjections } from "./rules.ts";
import { PUBLISHING } from "./settings.ts";

/** Lifetime of the media URLs that TikTok fetches. */
const URL_SECONDS = 24 * 3_600;
const KINDS = ["video", "short", "image", "carousel"] as const;
const PUBLISH = "video.publish";
const MEGABYTE = 1_048_576;
const LEAST_PART = 5 * MEGABYTE;
const MOST_PART = 64 * MEGABYTE;
const PUBLIC = "PUBLIC_TO_EVERYONE";

const Creator = z.object({
  privacy: z.array(z.string()).default([]),
  no_comments: z.boolean().default(false),
  no_duet: z.boolean().default(false),
  no_stitch: z.boolean().default(false),
  longest: z.number().nullable().default(null),
});
type Creator = z.output<typeof Creator>;
const State = z.object({
  creator: Creator.optional(),
  handle: z.string().optional(),
  upload_url: z.string().optional(),
  /** Part size announced in the init call; it cannot change afterwards. */
  chunk: z.int().optional(),
  sent: z.int().default(0),
  must_ask: z.boolean().default(false),
  asked: z.int().default(0),
  is_over: z.boolean().default(false),
  restarts: z.int().default(0),
  post_id: z.string().nullable().optional(),
  permalink: z.string().nullable().optional(),
});
type State = z.output<typeof State>;

const ApiError = z.looseObject({
  error: z.looseObject({ code: z.string(), message: z.string().optional() }),
});
const CreatorInfo = z.looseObject({
  data: z.looseObject({
    privacy_level_options: z.array(z.string()).default([]),
    comment_disabled: z.boolean().default(false),
    duet_disabled: z.boolean().default(false),
    stitch_disabled: z.boolean().default(false),
    max_video_post_duration_sec: z.number().optional(),
  }),
});
const Begun = z.looseObject({
  data: z.looseObject({ publish_id: z.string().min(1), upload_url: z.string().optional() }),
});
const Status = z.looseObject({
  data: z.looseObject({
    status: z.string(),
    fail_reason: z.string().optional(),
    uploaded_bytes: z.coerce.number().optional(),
    publicaly_available_post_id: z.array(z.union([z.string(), z.number()]).transform(String)).default([]),
  }),
});

const FAULTS: Readonly<Record<string, FaultKind>> = {
  access_token_invalid: "token_expired",
  scope_not_authorized: "scope_missing",
  scope_permission_missed: "scope_missing",
  rate_limit_exceeded: "transient",
  internal_error: "transient",
};

/** Messages for TikTok's error codes that a retry cannot resolve. */
const WORDS: Readonly<Record<string, string>> = {
  privacy_level_option_mismatch: "this privacy is not among those that your account allows; choose another",
  url_ownership_unverified:
    "the address of the media is not verified at TikTok; the operator of StreamVibe has to verify the domain there",
  unaudited_client_can_only_post_to_private_accounts:
    "until TikTok has audited this StreamVibe, it posts to private accounts only; make your account private there, or wait",
  spam_risk_user_banned_from_posting: "your account may not post at the moment; check the TikTok app",
  invalid_file_upload: "the video is not accepted; convert it to MP4 (H.264)",
  file_format_check_failed: "the video's format is not accepted; convert it to MP4 (H.264)",
  duration_check_failed: "the video is too long or too short for your account",
  frame_rate_check_failed: "the frame rate is not accepted; it must be 23 to 60",
  picture_size_check_failed: "the picture's size is not accepted",
  publish_cancelled: "it was cancelled in the TikTok app",
  auth_removed: "the access was revoked; connect the account again",
  spam_risk: "TikTok took it for spam",
  spam_risk_text: "TikTok took the text for spam; change it",
};
/** Error codes for too many posts: the post may go out the next day. */
const TOMORROW = ["spam_risk_too_many_posts", "spam_risk_too_many_pending_share", "reached_active_user_cap"];

const DIALECT = {
  explain,
  refuses: (body: unknown) => (ApiError.safeParse(body).data?.error.code ?? "ok") !== "ok",
  wait: ({ status }: { status: number }) => status === 429 ? 60 : null,
};

export function tiktok(context: PublisherContext): Publisher {
  const settings = context.settings.of(TIKTOK);
  const { PUBLISH_CHUNK_BYTES, TIKTOK_AUDITED } = context.settings.of(PUBLISHING);
  const base = settings.TIKTOK_API_URL;
  const client = settings.TIKTOK_CLIENT_ID ?? "";
  const api = providerClient("tiktok", base, context, DIALECT);
  const mutations = new Mutations("tiktok", context, DIALECT);
  const bearer = (tokens: Tokens) => ({ authorization: `Bearer ${tokens.access_token}` });
  const isAudited = TIKTOK_AUDITED === "yes";

  const rule = { scope: "account", counts: "calls", time_zone: null, ahead: 1 } as const;
  const limits: Limit[] = [
    { ...rule, name: "posts begun in a minute", app: `${client}#init`, size: 6, seconds: 60 },
    { ...rule, name: "posts of the account in 24 hours", app: `${client}#posts`, size: 15, seconds: 86_400 },
    ...(isAudited ? [] : [{
      ...rule,
      name: "posts of an app that is not audited, a day",
      app: `${client}#unaudited`,
      size: 5,
      seconds: 86_400,
    }]),
  ];

  function next(work: Work): Step | null {
    const state = State.parse(work.state);
    if (state.is_over) return null;
    if (state.creator === undefined) return creator(state);
    const isVideo = work.kind === "video" || work.kind === "short";
    if (state.handle === undefined) return isVideo ? beginVideo(work, state) : beginPhotos(work, state);
    if (isVideo && state.must_ask) return whatArrived(state);
    if (isVideo && state.sent < (work.media[0]?.bytes ?? 0)) return part(work, state);
    return outcome(work, state);
  }

  async function askCreator(tokens: Tokens): Promise<Creator> {
    const { data } = await api.ask("post/publish/creator_info/query/", tokens, CreatorInfo, { body: {} });
    return {
      privacy: data.privacy_level_options,
      no_comments: data.comment_disabled,
      no_duet: data.duet_disabled,
      no_stitch: data.stitch_disabled,
      longest: data.max_video_post_duration_sec ?? null,
    };
  }

  /** TikTok requires this query before each post. */
  function creator(state: State): Step {
    return {
      name: "what does the account allow?",
      effect: "reads",
      call: async (tokens) => ({ state: stored({ ...state, creator: await askCreator(tokens) }) }),
    };
  }

  function info({ options }: Draft, creator: Creator, title: Record<string, string>): JsonObject {
    return {
      ...title,
      privacy_level: privacyOf(options.privacy, creator.privacy),
      disable_comment: creator.no_comments || (options.disable_comments ?? false),
      ...(options.is_ai_generated ? { is_aigc: true } : {}),
      brand_content_toggle: options.is_paid_partnership ?? false,
      brand_organic_toggle: false,
    };
  }

  function privacyOf(wanted: string | undefined, allowed: readonly string[]): string {
    if (!isAudited) return "SELF_ONLY";
    return wanted ?? (allowed.includes(PUBLIC) ? PUBLIC : allowed[0] ?? "SELF_ONLY");
  }

  function beginVideo(work: Work, state: State): Step {
    const [medium] = work.media;
    const size = medium?.bytes ?? 0;
    const chunk = chunkOf(size);
    const creator = Creator.parse(state.creator ?? {});
    return {
      name: state.restarts > 0 ? `begin, again ${state.restarts}` : "begin",
      // Without the URL in the response nobody can send the video, so nothing is posted.
      effect: "prepares",
      limits,
      async call(tokens) {
        const { data } = await mutations.tell(`${base}/post/publish/video/init/`, Begun, {
          headers: bearer(tokens),
          json: {
            post_info: {
              ...info(work, creator, { title: captionOf(work) }),
              disable_duet: creator.no_duet || (work.options.disable_duet ?? false),
              disable_stitch: creator.no_stitch || (work.options.disable_stitch ?? false),
              ...(work.options.cover_ms === undefined
                ? {}
                : { video_cover_timestamp_ms: work.options.cover_ms }),
            },
            source_info: {
              source: "FILE_UPLOAD",
              video_size: size,
              chunk_size: chunk,
              total_chunk_count: Math.max(1, Math.floor(size / chunk)),
            },
          },
        });
        return {
          state: stored({ ...state, handle: data.publish_id, upload_url: data.upload_url, chunk, sent: 0 }),
        };
      },
    };
  }

  /** Returns the part size. Parts are at least 5 MB, and the last one includes the remainder. */
  function chunkOf(size: number): number {
    return size < LEAST_PART ? size : Math.min(size, MOST_PART, Math.max(LEAST_PART, PUBLISH_CHUNK_BYTES));
  }

  function part(work: Work, state: State): Step {
    const [medium] = work.media;
    const size = medium?.bytes ?? 0;
    const chunk = state.chunk ?? chunkOf(size);
    const count = Math.max(1, Math.floor(size / chunk));
    const place = Math.min(count - 1, Math.floor(state.sent / chunk));
    const to = place === count - 1 ? size : (place + 1) * chunk;
    const isLast = to === size;
    return {
      name: isLast ? "the last part" : `part ${place + 1}`,
      effect: isLast ? "shows" : "prepares",
      lost: stored({ ...state, must_ask: true }),
      ...(medium ? { needs: [{ medium, from: state.sent, to }] } : {}),
      async call() {
        if (!medium || state.upload_url === undefined) {
          throw new PlatformFault("tiktok", "misconfigured", { reason: "no upload address", status: 400 });
        }
        await mutations.send(state.upload_url, {
          method: "PUT",
          headers: {
            "content-type": medium.mime_type,
            "content-range": `bytes ${state.sent}-${to - 1}/${size}`,
          },
          body: await context.media.read(medium, state.sent, to),
        });
        return { state: stored({ ...state, sent: to }), wait_seconds: isLast ? 2 : 0 };
      },
      async settle(tokens) {
        const { data } = await fetchStatus(tokens, state.handle ?? "");
        if (data.status === "PROCESSING_UPLOAD" && (data.uploaded_bytes ?? 0) < size) {
          return { is: "absent", state: stored({ ...state, sent: data.uploaded_bytes ?? 0 }) };
        }
        return { is: "there", state: stored({ ...state, sent: size }) };
      },
    };
  }

  const fetchStatus = (tokens: Tokens, publish_id: string) =>
    api.ask("post/publish/status/fetch/", tokens, Status, { body: { publish_id } });

  function whatArrived(state: State): Step {
    return {
      name: "what has arrived?",
      effect: "reads",
      async call(tokens) {
        const { data } = await fetchStatus(tokens, state.handle ?? "");
        return { state: stored({ ...state, sent: data.uploaded_bytes ?? 0, must_ask: false }) };
      },
    };
  }

  function beginPhotos(work: Work, state: State): Step {
    const creator = Creator.parse(state.creator ?? {});
    const title = (work.title.trim() || (work.body.trim().split("\n")[0] ?? "")).slice(0, 90);
    return {
      name: state.restarts > 0 ? `post the photos, again ${state.restarts}` : "post the photos",
      effect: "shows",
      limits,
      needs: work.media.map((medium) => ({ medium, seconds: URL_SECONDS })),
      needs_witness: captionOf(work) === "",
      async call(tokens) {
        const urls = await Promise.all(work.media.map((medium) => context.media.url(medium, URL_SECONDS)));
        const { data } = await mutations.tell(`${base}/post/publish/content/init/`, Begun, {
          headers: bearer(tokens),
          json: {
            media_type: "PHOTO",
            post_mode: "DIRECT_POST",
            post_info: info(work, creator, { title, description: work.body.trim().slice(0, 4_000) }),
            source_info: { source: "PULL_FROM_URL", photo_cover_index: 0, photo_images: urls },
          },
        });
        return { state: stored({ ...state, handle: data.publish_id }), wait_seconds: 2 };
      },
      settle: (tokens, sent) => settlePhotos(tokens, work, state, creator, sent),
    };
  }

  async function settlePhotos(
    tokens: Tokens,
    work: Work,
    state: State,
    creator: Creator,
    sent: Sent,
  ): Promise<Settled> {
    // A post that is not public is in no list, and its status cannot be read without an id.
    if (privacyOf(work.options.privacy, creator.privacy) !== PUBLIC) return { is: "unknowable" };
    const found = await readBack(context.platform, tokens, work.account, {
      text: captionOf(work) || null,
      known_ids: context.known_ids,
      sent,
    });
    // Moderation may delay its appearance in the list, so its absence proves nothing.
    if (typeof found === "string") return { is: "unclear" };
    const there = { ...state, is_over: true, post_id: found.platform_content_id, permalink: found.permalink };
    return { is: "there", state: stored(there), by: "read back" };
  }

  function outcome(work: Work, state: State): Step {
    return {
      name: "is it posted?",
      effect: "reads",
      async call(tokens) {
        const { data } = await fetchStatus(tokens, state.handle ?? "");
        if (data.status === "PUBLISH_COMPLETE") {
          const [post_id = null] = data.publicaly_available_post_id;
          const username = work.account.details.username;
          const permalink = post_id === null
            ? null
            : `https://www.tiktok.com/@${typeof username === "string" ? username : ""}/video/${post_id}`;
          return { state: stored({ ...state, is_over: true, post_id, permalink }) };
        }
        if (data.status === "FAILED") {
          throw new PlatformFault("tiktok", "misconfigured", {
            reason: data.fail_reason ?? "failed",
            status: 400,
          });
        }
        const asked = state.asked + 1;
        return {
          state: stored({ ...state, asked }),
          wait_seconds: Math.min(60, 2 ** Math.min(asked, 6)),
          wait_reason: "TikTok is processing the post",
          is_processing: true,
        };
      },
    };
  }

  return {
    slug: "tiktok",
    kinds: KINDS,
    // Moderation takes up to a day.
    processing_hours: 48,
    scopes: () => [PUBLISH],
    objections,
    limits: () => limits,
    async ask(tokens, draft) {
      const creator = await askCreator(tokens);
      const found: Objection[] = [];
      const { privacy } = draft.options;
      if (isAudited && privacy !== undefined && !creator.privacy.includes(privacy)) {
        found.push(
          error("options", "privacy_unknown", `TikTok: this account allows ${creator.privacy.join(", ")}`),
        );
      }
      const [medium] = draft.media;
      if (creator.longest !== null && medium?.duration_seconds && medium.duration_seconds > creator.longest) {
        found.push(
          error("media", "media_duration", `TikTok: this account may post ${creator.longest} s at most`, {
            limit: creator.longest,
          }),
        );
      }
      return found;
    },
    next,
    // 416: the part no longer fits, because an earlier call with a lost response has arrived late.
    isUnclear: (fault, step) => step.name === "the last part" && fault.status === 416,
    judge(fault, _step, work) {
      const state = State.parse(work.state);
      if (TOMORROW.includes(fault.reason)) {
        return {
          then: "wait",
          wait_seconds: 6 * 3_600,
          message: "TikTok allows this account no more posts today",
          who_must_act: "nobody",
        };
      }
      // For these codes TikTok states that nothing was posted and that the call may be retried.
      if (
        ["internal", "video_pull_failed", "photo_pull_failed"].includes(fault.reason) && state.restarts < 2
      ) {
        return {
          then: "restart",
          wait_seconds: 30,
          message: "TikTok could not take the media; it is sent again",
          who_must_act: "nobody",
          state: stored({ creator: state.creator, restarts: state.restarts + 1, ...EMPTY }),
        };
      }
      if (
        (fault.status === 403 || fault.status === 404) && state.upload_url !== undefined &&
        fault.reason === "" && state.restarts < 2
      ) {
        return {
          then: "restart",
          message: "the upload's address was too old",
          who_must_act: "nobody",
          state: stored({ creator: state.creator, restarts: state.restarts + 1, ...EMPTY }),
        };
      }
      if (fault.status === 416) {
        return {
          then: "restart",
          message: "the upload is at another position; StreamVibe is checking it",
          who_must_act: "nobody",
          state: stored({ ...state, must_ask: true }),
        };
      }
      const words = WORDS[fault.reason];
      if (!words) return null;
      const who_must_act = fault.reason === "url_ownership_unverified" ? "operator" : "creator";
      return { then: "fail", message: `TikTok: ${words}`, who_must_act };
    },
  };

  function objections(draft: Draft): Objection[] {
    const isVideo = draft.kind === "video" || draft.kind === "short";
    const caption = captionOf(draft);
    const found = [
      ...kindObjection(draft, "TikTok", KINDS),
      ...mediaObjections(
        draft,
        "TikTok",
        isVideo
          ? {
            kinds: ["video"],
            types: ["video/mp4", "video/quicktime", "video/webm"],
            most: 1,
            bytes: 4 * 1_073_741_824,
            seconds: [3, 600],
            frames: [23, 60],
          }
          : { kinds: ["image"], types: ["image/jpeg", "image/webp"], most: 35, bytes: 20 * MEGABYTE },
      ),
      ...(isVideo
        ? lengthObjection("body", "TikTok", "the caption", countUnits(caption), 2_200, "UTF-16 units")
        : [
          ...lengthObjection("title", "TikTok", "the title", countUnits(draft.title), 90, "UTF-16 units"),
          ...lengthObjection(
            "body",
            "TikTok",
            "the description",
            countUnits(draft.body),
            4_000,
            "UTF-16 units",
          ),
        ]),
      ...optionObjections(draft, "TikTok", [
        "privacy",
        "cover_ms",
        "disable_comments",
        "disable_duet",
        "disable_stitch",
        "is_ai_generated",
        "is_paid_partnership",
      ]),
    ];
    if (!isAudited) {
      found.push(warning(
        "account",
        "unaudited",
        "TikTok has not audited this StreamVibe: the post is for you alone (SELF_ONLY), your account must be private, and five people a day may post",
      ));
    }
    return found;
  }
}

const EMPTY = { sent: 0, must_ask: false, asked: 0, is_over: false };

export function captionOf({ body, title }: Pick<Draft, "body" | "title">): string {
  return body.trim() || title.trim();
}

function explain({ status, body, retry_at }: ProviderRefusal, now: Date): PlatformFault {
  const { code = "" } = ApiError.safeParse(body).data?.error ?? {};
  const kind = FAULTS[code] ??
    (code !== ""
      ? "misconfigured"
      : status === 403 || status === 404 || status === 416
      ? "misconfigured"
      : kindOfStatus(status));
  const waits = code === "rate_limit_exceeded" ? new Date(now.getTime() + 60_000) : null;
  return new PlatformFault("tiktok", kind, {
    reason: code.slice(0, 80),
    status,
    retry_at: retry_at ?? waits,
  });
}

function stored(state: Partial<State>): JsonObject {
  return JSON.parse(JSON.stringify(state));
}
