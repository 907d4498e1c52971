/**
 * Instagram: creates a container, Instagram fetches the media into it, and the container is published. Containers are invisible and expire
 * after a day. Only the publish call makes something visible, and the container's status shows afterwards whether it took effect.
 */
import * as z from "zod";
import { graphDialect, isNoSuchObject } from "../platforms/meta/graph.ts";
import { INSTAGRAM } from "../platforms/instagram/settings.ts";
import { type JsonObject, PlatformFault, type Tokens } from "../platforms/platform.ts";
import { providerClient } from "../platforms/provider_client.ts";
import { countMatches, countPoints } from "./counting.ts";
import { Mutations } from "./mutate.ts";
import {
  type Draft,
  error,
  type Limit,
  type Medium,
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

const KINDS = ["image", "carousel", "reel", "video", "story"] as const;
const PUBLISH = "instagram_business_content_publish";
const COMMENT = "instagram_business_manage_comments";
/** Lifetime of the media URLs; Instagram decides when it fetches them. */
const URL_SECONDS = 24 * 3_600;
/** Flagged as spam. Instagram sometimes returns this for a post that it has published. */
const SPAM = "4/2207051";
const NOT_READY = "9007/2207027";
/** The container is not found or older than a day. */
const EXPIRED = ["24/2207006", "24/2207008"];

const State = z.object({
  is_allowed: z.boolean().default(false),
  children: z.array(z.string()).default([]),
  container: z.string().optional(),
  handle: z.string().optional(),
  ready: z.boolean().default(false),
  /** When the container was found to be ready. */
  ready_at: z.string().optional(),
  asked: z.int().default(0),
  post_id: z.string().optional(),
  permalink: z.string().nullable().optional(),
  comment_id: z.string().optional(),
});
type State = z.output<typeof State>;

const Created = z.looseObject({ id: z.union([z.string(), z.number()]).transform(String) });
const Status = z.looseObject({ status_code: z.string(), status: z.string().optional() });
const Allowance = z.looseObject({
  data: z.array(z.looseObject({
    quota_usage: z.number(),
    config: z.looseObject({ quota_total: z.number(), quota_duration: z.number() }).optional(),
  })).default([]),
});
const Comments = z.looseObject({
  data: z.array(z.looseObject({ id: z.string(), text: z.string().optional() })).default([]),
});
const Permalink = z.looseObject({ permalink: z.string().optional() });

export function instagram(context: PublisherContext): Publisher {
  const settings = context.settings.of(INSTAGRAM);
  const base = `${settings.INSTAGRAM_GRAPH_URL}/${settings.META_GRAPH_VERSION}`;
  const dialect = graphDialect("instagram");
  const api = providerClient("instagram", base, context, dialect);
  const mutations = new Mutations("instagram", context, dialect);
  const bearer = (tokens: Tokens) => ({ authorization: `Bearer ${tokens.access_token}` });

  const posts: Limit = {
    name: "posts of the account in 24 hours",
    app: `${settings.INSTAGRAM_CLIENT_ID ?? ""}#posts`,
    scope: "account",
    counts: "calls",
    size: 100,
    seconds: 86_400,
    time_zone: null,
    ahead: 1,
  };

  function next(work: Work): Step | null {
    const state = State.parse(work.state);
    if (state.post_id === undefined) {
      if (!state.is_allowed) return allowance(work, state);
      const isMany = work.kind === "carousel";
      if (isMany && state.children.length < work.media.length) return child(work, state);
      if (state.container === undefined) return container(work, state);
      return state.ready && (work.is_open || !isOld(state)) ? publish(work, state) : status(work, state);
    }
    if (state.permalink === undefined) return permalink(state);
    if (work.options.first_comment !== undefined && state.comment_id === undefined && work.kind !== "story") {
      return comment(work, state);
    }
    return null;
  }

  /** Whether the container has been ready for over an hour. Its status is then read again, since it expires after a day and must be recreated. */
  function isOld({ ready_at }: State): boolean {
    return ready_at !== undefined && context.now().getTime() - Date.parse(ready_at) > 3_600_000;
  }

  /** Reads the post limit from the API, because Instagram contradicts itself about the number. */
  async function left(tokens: Tokens, account_id: string) {
    const { data } = await api.get(`${account_id}/content_publishing_limit`, tokens, Allowance, {
      query: { fields: "quota_usage,config" },
    });
    const [one] = data;
    return one?.config ? { used: one.quota_usage, size: one.config.quota_total } : null;
  }

  function allowance(work: Work, state: State): Step {
    return {
      name: "how much is left?",
      effect: "reads",
      async call(tokens) {
        const known = await left(tokens, work.account.platform_account_id);
        if (known && known.used >= known.size) {
          return {
            state: work.state,
            wait_seconds: 1_800,
            wait_reason:
              `Instagram allows ${known.size} posts in 24 hours, and all are used; the post is published when one is free again`,
          };
        }
        return { state: stored({ ...state, is_allowed: true }) };
      },
    };
  }

  async function source(medium: Medium): Promise<Record<string, string>> {
    const url = await context.media.url(medium, URL_SECONDS);
    return medium.kind === "video"
      ? { video_url: url }
      : { image_url: url, ...(medium.alt_text ? { alt_text: medium.alt_text } : {}) };
  }

  function child(work: Work, state: State): Step {
    const place = state.children.length;
    const medium = work.media[place];
    return {
      name: `container of medium ${place + 1}`,
      effect: "prepares",
      ...(medium ? { needs: [{ medium, seconds: URL_SECONDS }] } : {}),
      async call(tokens) {
        const { id } = await mutations.tell(`${base}/${work.account.platform_account_id}/media`, Created, {
          headers: bearer(tokens),
          form: {
            is_carousel_item: "true",
            ...(medium?.kind === "video" ? { media_type: "VIDEO" } : {}),
            ...(medium ? await source(medium) : {}),
          },
        });
        return { state: stored({ ...state, children: [...state.children, id] }) };
      },
    };
  }

  function container(work: Work, state: State): Step {
    const [medium] = work.media;
    const { options } = work;
    return {
      name: "container",
      effect: "prepares",
      ...(medium && work.kind !== "carousel" ? { needs: [{ medium, seconds: URL_SECONDS }] } : {}),
      async call(tokens) {
        const isReel = work.kind === "reel" || work.kind === "video";
        const { id } = await mutations.tell(`${base}/${work.account.platform_account_id}/media`, Created, {
          headers: bearer(tokens),
          form: {
            ...(work.kind === "story" ? {} : { caption: captionOf(work) }),
            ...(work.kind === "carousel"
              ? { media_type: "CAROUSEL", children: state.children.join() }
              : medium
              ? await source(medium)
              : {}),
            ...(work.kind === "story" ? { media_type: "STORIES" } : {}),
            ...(isReel
              ? {
                media_type: "REELS",
                share_to_feed: String(options.share_to_feed ?? true),
                ...(options.cover_ms === undefined ? {} : { thumb_offset: String(options.cover_ms) }),
              }
              : {}),
          },
        });
        return { state: stored({ ...state, container: id, handle: id, asked: 0 }) };
      },
    };
  }

  function status(work: Work, state: State): Step {
    return {
      name: "is it ready?",
      effect: "reads",
      async call(tokens) {
        const { status_code, status = "" } = await readStatus(tokens, state.container ?? "");
        // PUBLISHED: an earlier call took effect after all. Publishing again is refused, and then the post is searched for.
        if (status_code === "FINISHED" || status_code === "PUBLISHED") {
          return { state: stored({ ...state, ready: true, ready_at: context.now().toISOString() }) };
        }
        if (status_code === "IN_PROGRESS") {
          const asked = state.asked + 1;
          return {
            state: stored({ ...state, asked }),
            wait_seconds: Math.min(60, 2 ** asked),
            wait_reason: "Instagram is processing the media",
            is_processing: true,
          };
        }
        if (status_code === "EXPIRED") return { state: anew(state) };
        throw new PlatformFault("instagram", "misconfigured", {
          reason: `container ${status_code}`,
          status: 400,
          advice: `Instagram could not use the ${work.kind}${
            status ? `: ${status.slice(0, 200)}` : ""
          }; change the media, then try again`,
        });
      },
    };
  }

  const readStatus = (tokens: Tokens, container: string) =>
    api.get(container, tokens, Status, { query: { fields: "status_code,status" } });

  function publish(work: Work, state: State): Step {
    return {
      name: "publish",
      effect: "shows",
      limits: [posts],
      needs_witness: work.kind !== "story" && captionOf(work) === "",
      async call(tokens) {
        const { id } = await mutations.tell(
          `${base}/${work.account.platform_account_id}/media_publish`,
          Created,
          {
            headers: bearer(tokens),
            form: { creation_id: state.container ?? "" },
          },
        );
        return { state: stored({ ...state, post_id: id }) };
      },
      settle: (tokens, sent) => settle(tokens, work, state, sent),
    };
  }

  async function settle(tokens: Tokens, work: Work, state: State, sent: Sent): Promise<Settled> {
    let code: string;
    try {
      ({ status_code: code } = await readStatus(tokens, state.container ?? ""));
    } catch (fault) {
      if (!isNoSuchObject(fault)) throw fault;
      code = "GONE";
    }
    if (code === "FINISHED" || code === "IN_PROGRESS") return { is: "absent" };
    // The list of posts has the id. Only the container shows the state of a story, so a story may be known to be out, but not its id.
    const isStory = work.kind === "story";
    const found = isStory ? "absent" : await readBack(context.platform, tokens, work.account, {
      text: captionOf(work) || null,
      known_ids: context.known_ids,
      sent,
    });
    if (typeof found === "object") {
      const state_there = stored({
        ...state,
        post_id: found.platform_content_id,
        permalink: found.permalink,
      });
      return { is: "there", state: state_there, by: "read back" };
    }
    if (code === "PUBLISHED") {
      return isStory
        ? { is: "there", state: stored({ ...state, post_id: "", permalink: null }) }
        : { is: "unclear" };
    }
    if (isStory && code === "GONE") return { is: "unknowable" };
    if (found === "unclear") return { is: "unclear" };
    // EXPIRED proves that it was never published. If the container no longer exists, only the list can show that.
    return { is: "absent", state: anew(state), surely: code === "EXPIRED" };
  }

  function permalink(state: State): Step {
    return {
      name: "where is it?",
      effect: "reads",
      async call(tokens) {
        const found = await api.get(state.post_id ?? "", tokens, Permalink, {
          query: { fields: "permalink" },
        })
          .catch(() => ({ permalink: undefined }));
        return { state: stored({ ...state, permalink: found.permalink ?? null }) };
      },
    };
  }

  function comment(work: Work, state: State): Step {
    const text = work.options.first_comment ?? "";
    const keep = (comment_id: string) => stored({ ...state, comment_id });
    return {
      name: "first comment",
      effect: "adds",
      async call(tokens) {
        const { id } = await mutations.tell(`${base}/${state.post_id}/comments`, Created, {
          headers: bearer(tokens),
          form: { message: text },
        });
        return { state: keep(id) };
      },
      async settle(tokens) {
        const { data } = await api.get(`${state.post_id}/comments`, tokens, Comments, {
          query: { fields: "id,text" },
        });
        const found = data.find((one) => one.text === text);
        return found ? { is: "there", state: keep(found.id) } : { is: "absent" };
      },
    };
  }

  return {
    slug: "instagram",
    kinds: KINDS,
    processing_hours: 6,
    scopes: (draft) => draft.options.first_comment === undefined ? [PUBLISH] : [PUBLISH, COMMENT],
    objections,
    limits: () => [posts],
    async ask(tokens, _draft, account) {
      const known = await left(tokens, account.platform_account_id);
      if (!known) return [];
      const message = `Instagram: ${known.used} of ${known.size} posts of the last 24 hours are used`;
      return [
        known.used >= known.size
          ? warning("account", "limit_reached", `${message}; this one waits until one is free`)
          : warning("account", "limit_left", message),
      ];
    },
    next,
    // A missing container may have been published by a call whose response was lost. `settle` checks that, and it is recreated if it was not.
    isUnclear: (fault, step) => step.effect === "shows" && [SPAM, ...EXPIRED].includes(fault.reason),
    judge(fault, step, work) {
      if (fault.reason === NOT_READY && step.effect === "shows") {
        const state = stored({ ...State.parse(work.state), ready: false });
        return {
          then: "restart",
          message: "Instagram is not ready yet",
          who_must_act: "nobody",
          state,
          wait_seconds: 5,
        };
      }
      if (fault.reason === "9/2207042") {
        return {
          then: "wait",
          wait_seconds: 3_600,
          message: "Instagram's daily limit is reached",
          who_must_act: "nobody",
        };
      }
      if (EXPIRED.includes(fault.reason)) {
        return {
          then: "restart",
          message: "the container was too old",
          who_must_act: "nobody",
          state: anew(State.parse(work.state)),
        };
      }
      const words = WORDS[fault.reason];
      return words ? { then: "fail", message: `Instagram: ${words}`, who_must_act: "creator" } : null;
    },
  };

  function objections(draft: Draft): Objection[] {
    const caption = captionOf(draft);
    const isVideo = draft.media[0]?.kind === "video";
    const found = [
      ...kindObjection(draft, "Instagram", KINDS),
      ...mediaObjections(draft, "Instagram", {
        kinds: draft.kind === "carousel" || draft.kind === "story"
          ? ["image", "video"]
          : draft.kind === "image"
          ? ["image"]
          : ["video"],
        types: ["image/jpeg", "video/mp4", "video/quicktime"],
        least: draft.kind === "carousel" ? 2 : 1,
        most: draft.kind === "carousel" ? 10 : 1,
        seconds: draft.kind === "story" ? [3, 60] : draft.kind === "carousel" ? [3, 60] : [3, 900],
        frames: [23, 60],
        ...(draft.kind === "image" || draft.kind === "carousel" ? { aspect: [4 / 5, 1.91] as const } : {}),
        ...(isVideo ? { width: [1, 1_920] as const } : {}),
      }),
      ...lengthObjection("body", "Instagram", "the caption", countPoints(caption), 2_200),
      ...optionObjections(draft, "Instagram", ["first_comment", "cover_ms", "share_to_feed"]),
    ];
    for (const medium of draft.media) {
      if (medium.kind === "image" && medium.bytes > 8 * 1_048_576) {
        found.push(
          error("media", "media_bytes", "Instagram: a picture may have at most 8 MB", {
            count: medium.bytes,
            limit: 8 * 1_048_576,
          }),
        );
      }
      if (medium.kind === "image" && medium.width !== null && medium.width < 320) {
        found.push(
          error("media", "media_width", "Instagram: a picture must be at least 320 pixels wide", {
            count: medium.width,
            limit: 320,
          }),
        );
      }
    }
    const hashtags = countMatches(caption, /#[\p{L}\p{N}_]+/gu);
    if (hashtags > 30) {
      found.push(
        error("body", "hashtags", `Instagram: ${hashtags} hashtags, the maximum is 30`, {
          count: hashtags,
          limit: 30,
        }),
      );
    }
    const mentions = countMatches(caption, /(?<![\w.])@[\w.]+/g);
    if (mentions > 20) {
      found.push(
        error("body", "mentions", `Instagram: ${mentions} mentions, the maximum is 20`, {
          count: mentions,
          limit: 20,
        }),
      );
    }
    if (draft.kind === "story" && (draft.body.trim() !== "" || draft.options.first_comment)) {
      found.push(
        warning(
          "body",
          "story_text",
          "Instagram: a story has no caption and no first comment; they are left out",
        ),
      );
    }
    if (draft.options.first_comment !== undefined) {
      found.push(
        ...lengthObjection(
          "options",
          "Instagram",
          "the first comment",
          countPoints(draft.options.first_comment),
          2_200,
        ),
      );
    }
    return found;
  }
}

const WORDS: Readonly<Record<string, string>> = {
  "352/2207026": "the video's format is not accepted; convert it to MP4 (H.264, AAC)",
  "36000/2207004": "the picture has more than 8 MB",
  "36001/2207005": "the picture's format is not accepted; convert it to JPEG",
  "36003/2207009": "the picture's aspect ratio is not accepted; it must be between 4:5 and 1.91:1",
  "36004/2207010": "the caption is too long",
  "9004/2207052": "Instagram could not fetch the media",
  "25/2207050": "this account is restricted; open the Instagram app and do what it asks",
  [SPAM]: "Instagram took it for spam",
  "368": "Instagram blocks this account from publishing for now",
};

export function captionOf({ body, title, kind }: Pick<Draft, "body" | "title" | "kind">): string {
  return kind === "story" ? "" : (body.trim() || title.trim()).normalize("NFC");
}

/** Returns the state with which a new container is created, when nothing was published. */
function anew(state: State): JsonObject {
  return stored({
    ...state,
    children: [],
    container: undefined,
    handle: undefined,
    ready: false,
    ready_at: undefined,
    asked: 0,
  });
}

function stored(state: State): JsonObject {
  return JSON.parse(JSON.stringify(state));
}
