import assert from "node:assert/strict";
import type { PlatformSlug } from "../../_shared/platforms/platform.ts";
import type { PostKind, TargetOptions } from "../../_shared/publishing/publisher.ts";
import { type NewMedium, PublishingAccount } from "../support/publishing_account.ts";

interface Case {
  slug: PlatformSlug;
  kind: PostKind;
  media?: NewMedium[];
  options?: TargetOptions;
  /** The platform's name for the kind. */
  shown?: string;
}

const VIDEO: NewMedium = { kind: "video", bytes: 300_000 };
const CASES: Case[] = [
  {
    slug: "youtube",
    kind: "video",
    media: [VIDEO],
    options: { first_comment: "First!", tags: ["a b", "c"] },
  },
  { slug: "instagram", kind: "image", media: [{}], options: { first_comment: "First!" } },
  { slug: "instagram", kind: "carousel", media: [{}, {}, VIDEO] },
  { slug: "instagram", kind: "reel", media: [VIDEO] },
  { slug: "instagram", kind: "story", media: [{}] },
  { slug: "twitter", kind: "text", options: { first_comment: "More of it tomorrow" } },
  { slug: "twitter", kind: "thread", options: { thread: ["the second", "the third"] } },
  { slug: "twitter", kind: "carousel", media: [{}, {}] },
  { slug: "twitter", kind: "video", media: [VIDEO] },
  { slug: "tiktok", kind: "video", media: [VIDEO] },
  { slug: "tiktok", kind: "carousel", media: [{}, {}] },
  { slug: "facebook", kind: "text", options: { first_comment: "First!" } },
  { slug: "facebook", kind: "link", options: { link: "https://example.com/episode" } },
  { slug: "facebook", kind: "image", media: [{}] },
  { slug: "facebook", kind: "carousel", media: [{}, {}] },
  { slug: "facebook", kind: "video", media: [VIDEO] },
  { slug: "facebook", kind: "reel", media: [VIDEO] },
];

for (const { slug, kind, media = [], options = {} } of CASES) {
  Deno.test(`${slug} ${kind}: published once, complete, with its text and comment, and found by the sync`, async () => {
    await using own = await PublishingAccount.create(slug);
    const stored = await Promise.all(media.map((medium) => own.medium(medium)));
    const body = `A post of ${slug} ${kind} ${crypto.randomUUID()}`;
    const title = slug === "youtube" ? body : "";
    const id = await own.due({ kind, title, body, media_ids: stored.map(({ id }) => id), options });
    const target = await own.end(id);
    assert.equal(target.status, "published", JSON.stringify([target, await own.history(id)]));

    const shown = await own.shown();
    const [first] = shown;
    assert.ok(first);
    const replies = slug === "twitter" ? (options.thread?.length ?? 0) + (options.first_comment ? 1 : 0) : 0;
    assert.equal(shown.length, 1 + replies);
    if (kind !== "story") assert.equal(first.text, body);
    assert.deepEqual(first.media, stored.map(({ sha256 }) => sha256));
    if (options.first_comment && slug !== "twitter") {
      assert.deepEqual(first.comments.map(({ text }) => text), [options.first_comment]);
    }
    for (const one of await own.history(id)) assert.equal(one.status, "confirmed", one.step);

    await own.account.syncAll();
    const library = await own.account.library();
    assert.ok(
      library.some((item) => item.id === target.platform_post_id),
      `${target.platform_post_id} is not in the library`,
    );
  });
}
