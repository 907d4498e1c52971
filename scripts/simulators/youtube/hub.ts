/**
 * The hub of YouTube's push notifications (WebSub): accepts subscriptions, verifies the callback before activating them, and posts feeds
 * signed with the subscriber's secret. `PUT youtube/hub` makes it refuse or forget subscriptions.
 */
import { createHmac } from "node:crypto";
import { z } from "zod";
import { readBody } from "../engine/admin.ts";
import {
  type Answer,
  type Call,
  type Context,
  json,
  type Part,
  readForm,
  type Route,
} from "../engine/provider.ts";
import { Webhooks } from "../engine/webhooks.ts";
import type { Library } from "./library.ts";

const TOPIC = /^https:\/\/www\.youtube\.com\/(?:xml\/)?feeds\/videos\.xml\?channel_id=([\w-]+)$/;
const lease_seconds = 432_000;

interface Subscription {
  callback: string;
  secret: string | null;
  until: number;
}

export class Hub implements Part {
  readonly webhooks: Webhooks;
  /** By channel. */
  readonly #subscriptions = new Map<string, Subscription>();
  #refuses = false;
  /** Responses to the hub's own verification requests, newest last. */
  readonly #asked: { channel_id: string; mode: string; status: number; echoed: boolean }[] = [];

  constructor(private readonly context: Context, library: Library) {
    this.webhooks = new Webhooks(context, {
      events: ["video", "deleted"],
      members: {
        video_id: z.string().default("vid00000001"),
        title: z.string().default("Épisode 1 & more"),
        names: z.string().optional().describe(
          "the channel that the feed names, instead of the subscribed one",
        ),
        at: z.iso.datetime({ offset: true }).optional(),
      },
      address: ({ account_id }) => this.#subscriptions.get(account_id)?.callback,
      before: ({ account_id }) => void library.expect(account_id),
      sign: (delivery, now) => {
        const { account_id, event, secret, tamper, names } = delivery;
        const channel = String(names ?? account_id);
        const at = String(delivery.at ?? new Date(now * 1_000).toISOString().replace("Z", "+00:00"));
        const video = String(delivery.video_id);
        const body = event === "video"
          ? feed(channel, video, String(delivery.title), at)
          : tombstone(channel, video, at);
        const key = secret ?? this.#subscriptions.get(account_id)?.secret ?? "";
        const mac = createHmac("sha1", key).update(body).digest("hex");
        return {
          headers: { "content-type": "application/atom+xml", "x-hub-signature": `sha1=${mac}` },
          body: tamper ? body.replace("</feed>", " </feed>") : body,
        };
      },
    });
  }

  get routes(): Route[] {
    return [{
      method: "POST",
      path: "/pubsubhubbub.appspot.com/subscribe",
      handle: (call) => this.#subscribe(call),
    }];
  }

  admin(root: string): Route[] {
    return [
      {
        method: "GET",
        path: `${root}/hub`,
        handle: () =>
          json(200, {
            subscriptions: [...this.#subscriptions].map(([channel_id, { callback, until }]) => ({
              channel_id,
              callback,
              until,
            })),
            asked: this.#asked,
          }),
      },
      {
        method: "PUT",
        path: `${root}/hub`,
        handle: (call) => {
          const { refuses, forget } = readBody(
            z.strictObject({ refuses: z.boolean().optional(), forget: z.string().optional() }),
            call,
          );
          this.#refuses = refuses ?? this.#refuses;
          if (forget) this.#subscriptions.delete(forget);
          return json(200, { refuses: this.#refuses });
        },
      },
    ];
  }

  reset(): void {
    this.#subscriptions.clear();
    this.#asked.length = 0;
    this.#refuses = false;
  }

  #subscribe(call: Call): Answer {
    const plain = (status: number, body = ""): Answer => ({
      status,
      headers: { "content-type": "text/plain" },
      body,
    });
    const form = readForm(call);
    const mode = form?.get("hub.mode");
    const channel_id = TOPIC.exec(form?.get("hub.topic") ?? "")?.[1];
    const callback = form?.get("hub.callback") ?? "";
    if (this.#refuses) return plain(429, "Throttled");
    if (!form || !channel_id || !URL.canParse(callback) || (mode !== "subscribe" && mode !== "unsubscribe")) {
      return plain(400, "Invalid value for hub.topic, hub.callback or hub.mode");
    }
    // The response is sent before the verification request.
    setTimeout(() => this.#ask(channel_id, mode, callback, form).catch(() => {}), 20);
    return plain(202);
  }

  async #ask(channel_id: string, mode: string, callback: string, form: URLSearchParams): Promise<void> {
    const challenge = crypto.randomUUID();
    const url = new URL(callback);
    url.searchParams.set("hub.mode", mode);
    url.searchParams.set("hub.topic", form.get("hub.topic") ?? "");
    url.searchParams.set("hub.challenge", challenge);
    if (mode === "subscribe") url.searchParams.set("hub.lease_seconds", String(lease_seconds));
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    const echoed = await response.text() === challenge;
    this.#asked.push({ channel_id, mode, status: response.status, echoed });
    if (!response.ok || !echoed) return;
    if (mode === "unsubscribe") this.#subscriptions.delete(channel_id);
    else {
      const until = this.context.clock.now() + lease_seconds * 1_000;
      this.#subscriptions.set(channel_id, { callback, secret: form.get("hub.secret"), until });
    }
  }
}

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

function feed(channel: string, video: string, title: string, at: string): string {
  return `<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom"><link rel="hub" href="https://pubsubhubbub.appspot.com"/><link rel="self" href="https://www.youtube.com/xml/feeds/videos.xml?channel_id=${channel}"/><title>YouTube video feed</title><updated>${at}</updated><entry>
  <id>yt:video:${video}</id>
  <yt:videoId>${video}</yt:videoId>
  <yt:channelId>${channel}</yt:channelId>
  <title>${escaped(title)}</title>
  <link rel="alternate" href="https://www.youtube.com/watch?v=${video}"/>
  <author><name>Demo</name><uri>https://www.youtube.com/channel/${channel}</uri></author>
  <published>${at}</published><updated>${at}</updated>
</entry></feed>
`;
}

function tombstone(channel: string, video: string, at: string): string {
  return `<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:at="http://purl.org/atompub/tombstones/1.0" xmlns="http://www.w3.org/2005/Atom"><at:deleted-entry ref="yt:video:${video}" when="${at}">
  <link href="https://www.youtube.com/watch?v=${video}"/>
  <at:by><name>Demo</name><uri>https://www.youtube.com/channel/${channel}</uri></at:by>
</at:deleted-entry></feed>
`;
}
