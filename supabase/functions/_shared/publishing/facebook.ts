/**
 * Facebook Pages: texts, links, photos, albums, videos and reels. A feed post has no id before it is published, so a call of unknown outcome is
 * settled by reading the Page back. A reel has an id from the start, and its status shows whether it was published.
 */
import * as z from "zod";
import { hmacHex } from "../http/hmac.ts";
import { graphDialect, isNoSuchObject } from "../platforms/meta/graph.ts";
import { FACEBOOK } from "../platforms/facebook/settings.ts";
import type { JsonObject, Tokens } from "../platforms/platform.ts";
import { providerClient } from "../platforms/provider_client.ts";
import { countPoints } from "./counting.ts";
import { Mutations } from "./mutate.ts";
import {
  type Draft,
  error,
  type Medium,
  type Need,
  type Objection,
  type Publisher,
  type PublisherContext,
  type Sent,
  type Settled,
  type Step,
  type Work,
} from "./publisher.ts";
import { readBack } from "./read_back.ts";
import { kindObjection, lengthObjection, mediaObjections, optionObjections } from "./rules.ts";
import { PUBLISHING } from "./settings.ts";

const KINDS = ["text", "link", "image", "carousel", "video", "reel"] as const;
const PUBLISH = ["pages_manage_posts", "pages_read_engagement"];
const COMMENT = "pages_manage_engagement";
const URL_SECONDS = 24 * 3_600;

const State = z.object({
  photos: z.array(z.string()).default([]),
  reel: z.string().optional(),
  handle: z.string().optional(),
  upload_url: z.string().optional(),
  is_uploaded: z.boolean().default(false),
  post_id: z.string().optional(),
  permalink: z.string().nullable().optional(),
  comment_id: z.string().optional(),
});
type State = z.output<typeof State>;

const Created = z.looseObject({ id: z.string(), post_id: z.string().optional() });
const Reel = z.looseObject({
  video_id: z.union([z.string(), z.number()]).transform(String),
  upload_url: z.string(),
});
const Success = z.looseObject({ success: z.boolean().optional() });
const ReelStatus = z.looseObject({
  status: z.looseObject({
    video_status: z.string().optional(),
    publishing_phase: z.looseObject({ status: z.string().optional(), publish_status: z.string().optional() })
      .optional(),
  }).optional(),
});
const Comments = z.looseObject({
  data: z.array(z.looseObject({ id: z.string(), message: z.string().optional() })).default([]),
});
const Permalink = z.looseObject({ permalink_url: z.string().optional(), post_id: z.string().optional() });

export function facebook(context: PublisherContext): Publisher {
  const settings = context.settings.of(FACEBOOK);
  const version = settings.META_GRAPH_VERSION;
  const base = `${settings.FACEBOOK_GRAPH_URL}/${version}`;
  const video_base = `${context.settings.of(PUBLISHING).FACEBOOK_VIDEO_URL}/${version}`;
  const secret = settings.FACEBOOK_CLIENT_SECRET ?? "";
  const dialect = graphDialect("facebook");
  const api = providerClient("facebook", base, context, dialect);
  const mutations = new Mutations("facebook", context, dialect);
  const bearer = (tokens: Tokens) => ({ authorization: `Bearer ${tokens.access_token}` });
  const proof = async (tokens: Tokens) => ({ appsecret_proof: await hmacHex(secret, tokens.access_token) });

  /** Sends one POST with a form and `appsecret_proof`, which Facebook may require. */
  async function tell<Schema extends z.ZodType>(
    url: string,
    tokens: Tokens,
    schema: Schema,
    form: Record<string, string>,
  ): Promise<z.output<Schema>> {
    return await mutations.tell(`${url}?${new URLSearchParams(await proof(tokens))}`, schema, {
      headers: bearer(tokens),
      form,
    });
  }

  async function read<Schema extends z.ZodType>(
    path: string,
    tokens: Tokens,
    schema: Schema,
    fields: string,
  ) {
    return await api.get(path, tokens, schema, { query: { fields, ...await proof(tokens) } });
  }

  function next(work: Work): Step | null {
    const state = State.parse(work.state);
    if (state.post_id === undefined) return before(work, state);
    if (state.permalink === undefined) return permalink(work, state);
    if (work.options.first_comment !== undefined && state.comment_id === undefined) {
      return comment(work, state);
    }
    return null;
  }

  function before(work: Work, state: State): Step {
    const page = work.account.platform_account_id;
    const [medium] = work.media;
    const text = textFor(work);
    switch (work.kind) {
      case "carousel":
        return state.photos.length < work.media.length
          ? hiddenPhoto(work, state)
          : show(work, state, "post", [], async (tokens) => {
            const attached = state.photos.map((
              id,
              index,
            ) => [`attached_media[${index}]`, JSON.stringify({ media_fbid: id })]);
            return await tell(`${base}/${page}/feed`, tokens, Created, {
              message: text,
              ...Object.fromEntries(attached),
            });
          });
      case "image":
        return show(work, state, "photo", urlOf(medium), async (tokens) => {
          const url = medium ? await context.media.url(medium, URL_SECONDS) : "";
          return await tell(`${base}/${page}/photos`, tokens, Created, {
            url,
            caption: text,
            ...(medium?.alt_text ? { alt_text_custom: medium.alt_text } : {}),
          });
        });
      case "video":
        return show(work, state, "video", urlOf(medium), async (tokens) => {
          const file_url = medium ? await context.media.url(medium, URL_SECONDS) : "";
          return await tell(`${video_base}/${page}/videos`, tokens, Created, {
            file_url,
            description: text,
            ...(work.title.trim() ? { title: work.title.trim() } : {}),
          });
        });
      case "reel":
        return reel(work, state);
      default:
        return show(
          work,
          state,
          "post",
          [],
          async (tokens) =>
            await tell(`${base}/${page}/feed`, tokens, Created, {
              message: text,
              ...(work.options.link === undefined ? {} : { link: work.options.link }),
            }),
        );
    }
  }

  const urlOf = (medium: Medium | undefined): Need[] => medium ? [{ medium, seconds: URL_SECONDS }] : [];

  function hiddenPhoto(work: Work, state: State): Step {
    const place = state.photos.length;
    const medium = work.media[place];
    return {
      name: `photo ${place + 1}, not shown yet`,
      effect: "prepares",
      needs: urlOf(medium),
      async call(tokens) {
        const { id } = await tell(`${base}/${work.account.platform_account_id}/photos`, tokens, Created, {
          url: medium ? await context.media.url(medium, URL_SECONDS) : "",
          published: "false",
          ...(medium?.alt_text ? { alt_text_custom: medium.alt_text } : {}),
        });
        return { state: stored({ ...state, photos: [...state.photos, id] }) };
      },
    };
  }

  /** Returns the step after which the post is visible on the Page. */
  function show(
    work: Work,
    state: State,
    name: string,
    needs: readonly Need[],
    call: (tokens: Tokens) => Promise<z.output<typeof Created>>,
  ): Step {
    return {
      name,
      effect: "shows",
      needs,
      needs_witness: textFor(work) === "",
      async call(tokens) {
        const { id, post_id } = await call(tokens);
        return { state: stored({ ...state, post_id: post_id ?? id }) };
      },
      settle: (tokens, sent) => settle(tokens, work, state, sent),
    };
  }

  async function settle(tokens: Tokens, work: Work, state: State, sent: Sent): Promise<Settled> {
    const found = await readBack(context.platform, tokens, work.account, {
      text: textFor(work) || null,
      known_ids: context.known_ids,
      sent,
    });
    if (typeof found === "string") return found === "absent" ? { is: "absent" } : { is: "unclear" };
    const there = { ...state, post_id: found.platform_content_id, permalink: found.permalink };
    return { is: "there", state: stored(there), by: "read back" };
  }

  function reel(work: Work, state: State): Step {
    const page = work.account.platform_account_id;
    const [medium] = work.media;
    if (state.reel === undefined) {
      return {
        name: "begin the reel",
        effect: "prepares",
        async call(tokens) {
          const { video_id, upload_url } = await tell(`${base}/${page}/video_reels`, tokens, Reel, {
            upload_phase: "start",
          });
          return { state: stored({ ...state, reel: video_id, handle: video_id, upload_url }) };
        },
      };
    }
    if (!state.is_uploaded) {
      return {
        name: "hand the video over",
        effect: "prepares",
        needs: urlOf(medium),
        async call(tokens) {
          await mutations.tell(state.upload_url ?? "", Success, {
            headers: {
              authorization: `OAuth ${tokens.access_token}`,
              file_url: medium ? await context.media.url(medium, URL_SECONDS) : "",
            },
          });
          return { state: stored({ ...state, is_uploaded: true }) };
        },
      };
    }
    return {
      name: "publish the reel",
      effect: "shows",
      async call(tokens) {
        await tell(`${base}/${page}/video_reels`, tokens, Success, {
          upload_phase: "finish",
          video_id: state.reel ?? "",
          video_state: "PUBLISHED",
          description: textFor(work),
          ...(work.title.trim() ? { title: work.title.trim() } : {}),
        });
        return { state: stored({ ...state, post_id: state.reel ?? "" }) };
      },
      async settle(tokens, sent) {
        try {
          const { status } = await read(state.reel ?? "", tokens, ReelStatus, "status");
          const phase = status?.publishing_phase;
          if (
            phase?.publish_status === "published" || phase?.status === "complete" ||
            phase?.status === "in_progress"
          ) {
            return { is: "there", state: stored({ ...state, post_id: state.reel ?? "" }) };
          }
          return { is: "absent" };
        } catch (fault) {
          if (!isNoSuchObject(fault)) throw fault;
          return await settle(tokens, work, state, sent);
        }
      },
    };
  }

  /** Reads the permalink and, for a video, the id of the post under which the sync stores it. */
  function permalink(work: Work, state: State): Step {
    const fields = work.kind === "video" || work.kind === "reel" ? "permalink_url,post_id" : "permalink_url";
    return {
      name: "where is it?",
      effect: "reads",
      async call(tokens) {
        const found = await read(state.post_id ?? "", tokens, Permalink, fields).catch(() => null);
        const address = found?.permalink_url;
        const permalink = address?.startsWith("/") ? `https://www.facebook.com${address}` : address ?? null;
        const page = work.account.platform_account_id;
        const post_id = found?.post_id === undefined
          ? state.post_id
          : found.post_id.includes("_")
          ? found.post_id
          : `${page}_${found.post_id}`;
        return { state: stored({ ...state, post_id, permalink }) };
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
        const { id } = await tell(`${base}/${state.post_id}/comments`, tokens, Created, { message: text });
        return { state: keep(id) };
      },
      async settle(tokens) {
        const { data } = await read(`${state.post_id}/comments`, tokens, Comments, "id,message");
        const found = data.find(({ message }) => message === text);
        return found ? { is: "there", state: keep(found.id) } : { is: "absent" };
      },
    };
  }

  return {
    slug: "facebook",
    kinds: KINDS,
    processing_hours: 24,
    scopes: (draft) => draft.options.first_comment === undefined ? PUBLISH : [...PUBLISH, COMMENT],
    objections,
    limits: () => [],
    next,
    judge(fault) {
      if (fault.reason.startsWith("368")) {
        return {
          then: "fail",
          message: "Facebook blocks this Page from publishing for now; open Facebook to see why",
          who_must_act: "creator",
        };
      }
      if (/^(324|352|389|6000|1363\d+)/.test(fault.reason)) {
        return {
          then: "fail",
          message: "Facebook could not use the media; convert it, then try again",
          who_must_act: "creator",
        };
      }
      return null;
    },
  };

  function objections(draft: Draft): Objection[] {
    const isVideo = draft.kind === "video" || draft.kind === "reel";
    const takesMedia = !["text", "link"].includes(draft.kind);
    const text = textFor(draft);
    const found = [
      ...kindObjection(draft, "Facebook", KINDS),
      ...mediaObjections(draft, "Facebook", {
        kinds: isVideo ? ["video"] : ["image"],
        types: isVideo
          ? ["video/mp4", "video/quicktime"]
          : ["image/jpeg", "image/png", "image/webp", "image/gif"],
        least: takesMedia ? (draft.kind === "carousel" ? 2 : 1) : 0,
        most: takesMedia ? (draft.kind === "carousel" ? 10 : 1) : 0,
        ...(isVideo ? { bytes: 10 * 1_073_741_824 } : { bytes: 10 * 1_048_576 }),
        seconds: draft.kind === "reel" ? [3, 90] : [1, 4 * 3_600],
        ...(draft.kind === "reel" ? { aspect: [0.5, 0.6] as const } : {}),
      }),
      ...lengthObjection("body", "Facebook", "the text", countPoints(text), 63_206),
      ...optionObjections(draft, "Facebook", ["first_comment", "link"]),
    ];
    if (draft.kind === "text" && text === "") {
      found.push(error("body", "body_empty", "Facebook: the post is empty; write something"));
    }
    if (draft.kind === "link" && draft.options.link === undefined) {
      found.push(error("options", "link_missing", "Facebook: options.link is missing"));
    }
    if (draft.options.first_comment !== undefined) {
      found.push(
        ...lengthObjection(
          "options",
          "Facebook",
          "the first comment",
          countPoints(draft.options.first_comment),
          8_000,
        ),
      );
    }
    return found;
  }
}

export function textFor({ body, title }: Pick<Draft, "body" | "title">): string {
  return (body.trim() || title.trim()).normalize("NFC");
}

function stored(state: State): JsonObject {
  return JSON.parse(JSON.stringify(state));
}
