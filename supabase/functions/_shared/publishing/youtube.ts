/**
 * YouTube: resumable upload. No video exists before the last byte has arrived, and the session reports at any time what it has received. The
 * outcome of the decisive call, the last part, is therefore read from the session. Only if the session no longer exists are the channel's
 * uploads read back.
 */
import * as z from "zod";
import { providerClient, type ProviderRefusal } from "../platforms/provider_client.ts";
import { type JsonObject, PlatformFault, type Tokens } from "../platforms/platform.ts";
import { explain } from "../platforms/youtube/errors.ts";
import { YOUTUBE } from "../platforms/youtube/settings.ts";
import { countBytes, countPoints, countTags } from "./counting.ts";
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
  textOf,
  warning,
  type Work,
} from "./publisher.ts";
import { readBack } from "./read_back.ts";
import { kindObjection, lengthObjection, mediaObjections, optionObjections } from "./rules.ts";
import { PUBLISHING } from "./settings.ts";

const KINDS = ["video", "short"] as const;
const UPLOAD = "https://www.googleapis.com/auth/youtube.upload";
const COMMENT = "https://www.googleapis.com/auth/youtube.force-ssl";
const QUOTA_ZONE = "America/Los_Angeles";
/** Every part except the last must be a multiple of this size. */
const GRAIN = 262_144;
const SHORT_SECONDS = 180;

const State = z.object({
  session: z.string().optional(),
  sent: z.int().default(0),
  must_ask: z.boolean().default(false),
  post_id: z.string().optional(),
  permalink: z.string().optional(),
  has_thumbnail: z.boolean().default(false),
  comment_id: z.string().optional(),
});
type State = z.output<typeof State>;

const Video = z.looseObject({ id: z.string().min(1) });
const Thread = z.looseObject({ id: z.string() });
const Threads = z.looseObject({
  items: z.array(z.looseObject({
    id: z.string(),
    snippet: z.looseObject({
      topLevelComment: z.looseObject({ snippet: z.looseObject({ textOriginal: z.string().optional() }) }),
    }),
  })).default([]),
});

export function youtube(context: PublisherContext): Publisher {
  const settings = context.settings.of(YOUTUBE);
  const { YOUTUBE_UPLOAD_URL, YOUTUBE_UPLOADS_PER_DAY, PUBLISH_CHUNK_BYTES } = context.settings.of(
    PUBLISHING,
  );
  const client = settings.YOUTUBE_CLIENT_ID ?? "";
  const dialect = { explain: explainSession };
  const api = providerClient("youtube", settings.YOUTUBE_API_URL, context, dialect);
  const mutations = new Mutations("youtube", context, dialect);
  const bearer = (tokens: Tokens) => ({ authorization: `Bearer ${tokens.access_token}` });

  const uploads: Limit = {
    name: "uploads of the app a day",
    app: `${client}#uploads`,
    scope: "app",
    counts: "calls",
    size: YOUTUBE_UPLOADS_PER_DAY,
    seconds: 86_400,
    time_zone: QUOTA_ZONE,
    ahead: 1,
  };
  const units = (ahead: number): Limit => ({
    name: "units of the app a day",
    app: client,
    scope: "app",
    counts: "units",
    size: settings.YOUTUBE_UNITS_PER_DAY,
    seconds: 86_400,
    time_zone: QUOTA_ZONE,
    ahead,
  });

  function next(work: Work): Step | null {
    const state = State.parse(work.state);
    const [medium] = work.media;
    if (state.post_id === undefined && medium) {
      if (state.session === undefined) return begin(work, state);
      return state.must_ask ? ask(work, state) : part(work, state);
    }
    if (work.thumbnail && !state.has_thumbnail) return thumbnail(work, state);
    if (work.options.first_comment !== undefined && state.comment_id === undefined) {
      return comment(work, state);
    }
    return null;
  }

  function begin(work: Work, state: State): Step {
    const [medium] = work.media;
    const { options } = work;
    // YouTube makes a held video public at `publishAt`, so a video that is to stay private or unlisted is not held.
    const held = options.held_by_platform && (options.privacy ?? "public") === "public" &&
      work.due_at !== null &&
      work.due_at > context.now();
    return {
      name: "begin the upload",
      effect: "prepares",
      limits: [uploads],
      async call(tokens) {
        const query = new URLSearchParams({
          uploadType: "resumable",
          part: "snippet,status",
          notifySubscribers: String(options.notify_subscribers ?? true),
        });
        const response = await mutations.send(`${YOUTUBE_UPLOAD_URL}/videos?${query}`, {
          headers: {
            ...bearer(tokens),
            "x-upload-content-length": String(medium?.bytes),
            "x-upload-content-type": medium?.mime_type ?? "video/*",
          },
          json: {
            snippet: {
              title: titleOf(work),
              description: work.body,
              ...(options.tags ? { tags: options.tags } : {}),
              categoryId: options.category_id ?? "22",
            },
            status: {
              // YouTube requires a held video to be private until then.
              privacyStatus: held ? "private" : options.privacy ?? "public",
              ...(held ? { publishAt: work.due_at?.toISOString() ?? "" } : {}),
              selfDeclaredMadeForKids: options.made_for_kids ?? false,
              ...(options.is_ai_generated ? { containsSyntheticMedia: true } : {}),
            },
          },
        });
        const session = response.headers.get("location");
        if (!session) throw new PlatformFault("youtube", "malformed", { reason: "no session", status: 200 });
        return { state: stored({ ...state, session, sent: 0 }) };
      },
    };
  }

  function part(work: Work, state: State): Step {
    const [medium] = work.media;
    const total = medium?.bytes ?? 0;
    const size = Math.max(GRAIN, Math.floor(PUBLISH_CHUNK_BYTES / GRAIN) * GRAIN);
    const to = Math.min(total, state.sent + size);
    const isLast = to === total;
    return {
      name: isLast ? "the last part" : `bytes from ${state.sent}`,
      effect: isLast ? "shows" : "prepares",
      lost: stored({ ...state, must_ask: true }),
      ...(medium ? { needs: [{ medium, from: state.sent, to }] } : {}),
      async call() {
        if (!medium) {
          throw new PlatformFault("youtube", "misconfigured", { reason: "no medium", status: 400 });
        }
        const body = await context.media.read(medium, state.sent, to);
        return { state: await put(state, `bytes ${state.sent}-${to - 1}/${total}`, medium.mime_type, body) };
      },
      settle: (tokens, sent) => settle(tokens, work, state, sent),
    };
  }

  function ask(work: Work, state: State): Step {
    return {
      name: "what has arrived?",
      effect: "reads",
      call: async () => ({ state: await put(state, `bytes */${work.media[0]?.bytes ?? "*"}`, null, null) }),
    };
  }

  /** Sends a part, or only queries the session. The session returns what it has received, or the video. */
  async function put(
    state: State,
    range: string,
    type: string | null,
    body: Uint8Array<ArrayBuffer> | null,
  ): Promise<JsonObject> {
    let response: Response;
    try {
      response = await mutations.send(state.session ?? "", {
        method: "PUT",
        headers: { "content-range": range, ...(type ? { "content-type": type } : {}) },
        body: body ?? "",
        units: 0,
      });
    } catch (fault) {
      if (!(fault instanceof PlatformFault && fault.status === 308)) throw fault;
      const [, end] = /^(?:bytes=)?0-(\d+)$/.exec(fault.reason) ?? [];
      return stored({ ...state, sent: end === undefined ? 0 : Number(end) + 1, must_ask: false });
    }
    const video = Video.safeParse(await response.json().catch(() => null)).data;
    if (!video) {
      throw new PlatformFault("youtube", "malformed", { reason: "no video", status: response.status });
    }
    return done(state, video.id);
  }

  async function settle(tokens: Tokens, work: Work, state: State, sent: Sent): Promise<Settled> {
    try {
      const now = await put(state, `bytes */${work.media[0]?.bytes ?? "*"}`, null, null);
      // A session creates at most one video, so continuing it cannot create a second one.
      return textOf(now.post_id) ? { is: "there", state: now } : { is: "absent", state: now, surely: true };
    } catch (fault) {
      if (!(fault instanceof PlatformFault && (fault.status === 404 || fault.status === 410))) throw fault;
    }
    const found = await readBack(context.platform, tokens, work.account, {
      text: titleOf(work),
      known_ids: context.known_ids,
      sent,
    });
    if (found === "absent") return { is: "absent", state: stored({ ...state, session: undefined, sent: 0 }) };
    return found === "unclear"
      ? { is: "unclear" }
      : { is: "there", state: done(state, found.platform_content_id), by: "read back" };
  }

  function thumbnail(work: Work, state: State): Step {
    const medium = work.thumbnail;
    return {
      name: "thumbnail",
      effect: "prepares",
      ...(medium ? { needs: [{ medium, from: 0, to: medium.bytes }] } : {}),
      limits: [units(50)],
      async call(tokens) {
        const { thumbnail } = work;
        if (thumbnail) {
          await mutations.send(
            `${YOUTUBE_UPLOAD_URL}/thumbnails/set?${new URLSearchParams({ videoId: state.post_id ?? "" })}`,
            {
              headers: { ...bearer(tokens), "content-type": thumbnail.mime_type },
              body: await context.media.read(thumbnail, 0, thumbnail.bytes),
              units: 50,
            },
          );
        }
        return { state: stored({ ...state, has_thumbnail: true }) };
      },
    };
  }

  function comment(work: Work, state: State): Step {
    const text = work.options.first_comment ?? "";
    const keep = (comment_id: string) => stored({ ...state, comment_id });
    return {
      name: "first comment",
      effect: "adds",
      limits: [units(50)],
      async call(tokens) {
        const thread = await mutations.tell(
          `${settings.YOUTUBE_API_URL}/commentThreads?part=snippet`,
          Thread,
          {
            headers: bearer(tokens),
            json: {
              snippet: { videoId: state.post_id ?? "", topLevelComment: { snippet: { textOriginal: text } } },
            },
            units: 50,
          },
        );
        return { state: keep(thread.id) };
      },
      async settle(tokens) {
        const { items } = await api.get("commentThreads", tokens, Threads, {
          query: { part: "snippet", videoId: state.post_id ?? "", maxResults: "50" },
        });
        const found = items.find(({ snippet }) => snippet.topLevelComment.snippet.textOriginal === text);
        return found ? { is: "there", state: keep(found.id) } : { is: "absent" };
      },
    };
  }

  return {
    slug: "youtube",
    kinds: KINDS,
    processing_hours: 24,
    scopes: (draft) => draft.options.first_comment === undefined ? [UPLOAD] : [UPLOAD, COMMENT],
    objections,
    limits: () => [uploads],
    next,
    isUnclear: (fault, step) => step.effect === "shows" && (fault.status === 404 || fault.status === 410),
    judge(fault, step, work) {
      const words = WORDS[fault.reason];
      if (words) return { then: "fail", message: `YouTube: ${words}`, who_must_act: "creator" };
      const isSession = fault.status === 404 || fault.status === 410;
      if (isSession && (step.name.startsWith("bytes") || step.effect === "reads")) {
        return {
          then: "restart",
          message: "the upload expired and starts again",
          who_must_act: "nobody",
          state: stored({ ...State.parse(work.state), session: undefined, sent: 0, must_ask: false }),
        };
      }
      return null;
    },
  };

  function objections(draft: Draft): Objection[] {
    const { options, body } = draft;
    const title = titleOf(draft);
    const found = [
      ...kindObjection(draft, "YouTube", KINDS),
      ...mediaObjections(draft, "YouTube", {
        kinds: ["video"],
        most: 1,
        bytes: 256 * 1_073_741_824,
        seconds: draft.kind === "short" ? [1, SHORT_SECONDS] : [1, 12 * 3_600],
      }),
      ...lengthObjection("title", "YouTube", "the title", countPoints(title), 100),
      ...lengthObjection("body", "YouTube", "the description", countBytes(body), 5_000, "bytes"),
      ...lengthObjection(
        "options",
        "YouTube",
        "the list of tags (a tag with spaces counts its quotes, too)",
        countTags(options.tags ?? []),
        500,
      ),
      ...optionObjections(draft, "YouTube", [
        "first_comment",
        "privacy",
        "tags",
        "category_id",
        "made_for_kids",
        "notify_subscribers",
        "thumbnail_media_id",
        "is_ai_generated",
        "held_by_platform",
      ]),
    ];
    if (title.trim() === "") found.push(error("title", "title_empty", "YouTube: a video needs a title"));
    for (const [field, text] of [["title", title], ["body", body]] as const) {
      if (/[<>]/.test(text)) {
        found.push(
          error(
            field,
            `${field}_characters`,
            `YouTube: the ${field === "title" ? "title" : "description"} may not have < or >`,
          ),
        );
      }
    }
    if ((options.tags ?? []).some((tag) => /[<>,]/.test(tag))) {
      found.push(error("options", "tags_characters", "YouTube: a tag may not have <, > or a comma"));
    }
    if (options.privacy !== undefined && !["public", "unlisted", "private"].includes(options.privacy)) {
      found.push(error("options", "privacy_unknown", "YouTube: privacy is public, unlisted or private"));
    }
    const [video] = draft.media;
    if (draft.kind === "short" && video?.width && video.height && video.width > video.height) {
      found.push(error("media", "media_aspect", "YouTube: a Short must be square or taller than wide"));
    }
    if (draft.thumbnail) {
      if (draft.thumbnail.kind !== "image") {
        found.push(error("options", "thumbnail_kind", "YouTube: the thumbnail must be a picture"));
      }
      if (draft.thumbnail.bytes > 50 * 1_048_576) {
        found.push(error("options", "thumbnail_bytes", "YouTube: the thumbnail may have at most 50 MB"));
      }
    } else if (options.thumbnail_media_id !== undefined) {
      found.push(error("options", "thumbnail_missing", "YouTube: the thumbnail is not one of your media"));
    }
    if (options.first_comment !== undefined) {
      found.push(
        ...lengthObjection(
          "options",
          "YouTube",
          "the first comment",
          countPoints(options.first_comment),
          10_000,
        ),
      );
      if (options.privacy === "private") {
        found.push(
          warning(
            "options",
            "comment_private",
            "YouTube: a private video takes no comments; the first comment is left out",
          ),
        );
      }
    }
    return found;
  }
}

/** A session that expects more data answers 308, which is not an error. The received range is passed on as the fault's reason. */
function explainSession(refusal: ProviderRefusal, now: Date): PlatformFault {
  if (refusal.status !== 308) return explain(refusal, now);
  return new PlatformFault("youtube", "transient", {
    reason: refusal.headers.get("range") ?? "nothing",
    status: 308,
  });
}

/** Messages for refusals that only the creator can resolve. */
const WORDS: Readonly<Record<string, string>> = {
  uploadLimitExceeded:
    "this channel has uploaded as much as it may; YouTube lifts that with time, or when the channel is verified",
  invalidTitle: "the title is not accepted; change it",
  invalidDescription: "the description is not accepted; change it",
  invalidTags: "the tags are not accepted; change them",
  invalidCategoryId: "the category is not accepted; choose another",
  invalidPublishAt: "the time is not accepted; choose another",
  mediaBodyRequired: "the video is empty; upload it again",
  forbiddenPrivacySetting: "this privacy is not allowed for the channel",
  commentsDisabled: "comments are turned off for the video",
};

export function titleOf({ title, body }: Pick<Draft, "title" | "body">): string {
  return title.trim() || (body.trim().split("\n")[0] ?? "");
}

function stored(state: State): JsonObject {
  return JSON.parse(JSON.stringify(state));
}

function done(state: State, id: string): JsonObject {
  return stored({
    ...state,
    post_id: id,
    permalink: `https://www.youtube.com/watch?v=${id}`,
    must_ask: false,
  });
}
