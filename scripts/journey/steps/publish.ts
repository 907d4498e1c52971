import * as z from "zod";
import { call } from "../functions.ts";
import { expect, type Journey, known, type Step } from "../journey.ts";
import { ask } from "../simulated_platforms.ts";

const Announced = z.object({ media_id: z.uuid(), bucket: z.string(), path: z.string(), token: z.string() });
const Medium = z.object({ status: z.string(), width: z.number(), height: z.number() });
const Post = z.object({
  post_id: z.uuid(),
  status: z.string(),
  targets: z.array(z.object({
    platform: z.string(),
    status: z.string(),
    settled_by: z.string().nullable(),
    history: z.array(z.object({ step: z.string(), is_decisive: z.boolean(), status: z.string() })),
  })),
});
const Published = z.object({ published: z.array(z.object({ text: z.string() })) });

const PLACES = ["instagram", "facebook", "twitter"] as const;

/** A grey square, as the first bytes of a JPEG file describe it. */
const PICTURE = Uint8Array.from([
  ...[0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0],
  ...[0xff, 0xc0, 0, 11, 8, 0x04, 0x38, 0x04, 0x38, 1, 1, 0x11, 0, 0xff, 0xd9],
]);

/** Publishes one post to three platforms. Facebook's answer is lost: the worker finds the post by reading the Page and does not post it again. */
export const publish: Step = {
  name: "Publish to three",
  async run(journey, progress) {
    const media_id = await upload(journey);
    const body = `Out today, everywhere ${crypto.randomUUID().slice(0, 8)}`;
    const accounts = PLACES.map((slug) => ({
      slug,
      ...known(journey.others?.get(slug), `an account of ${slug}`),
    }));
    const page = accounts.find(({ slug }) => slug === "facebook");
    await ask(journey.stack, "faults", {
      match: "POST .*/photos",
      account: page?.account_id,
      fault: { lost: true },
    });
    const { post_id } = await call(journey, "create-post", {
      body,
      media_ids: [media_id],
      now: true,
      targets: accounts.map(({ social_account_id }) => ({ social_account_id, kind: "image" })),
    }, Post);
    const post = await untilOut(journey, post_id, (out) => progress.update(out, PLACES.length));
    expect(post.status === "published", `Cannot publish: the post is ${post.status}`);
    for (const { slug, account_id } of accounts) {
      const { published } = Published.parse(
        await ask(journey.stack, `${slug}/published?account_id=${account_id}`),
      );
      const times = published.filter(({ text }) => text === body).length;
      expect(times === 1, `Cannot trust publishing: the post is on ${slug} ${times} times`);
    }
    const healed = post.targets.find(({ platform }) => platform === "facebook")?.settled_by;
    expect(
      healed === "read back",
      `Cannot trust publishing: Facebook's lost answer was settled by ${healed}`,
    );
    return "once on Instagram, Facebook and X; Facebook's lost answer was found by reading the Page, and nothing was posted twice";
  },
};

/** Uploads a picture to storage as a browser does. */
export async function upload(journey: Journey): Promise<string> {
  const { media_id, bucket, path, token } = await call(journey, "create-media", {
    mime_type: "image/jpeg",
    bytes: PICTURE.length,
    alt_text: "A grey square",
  }, Announced);
  const url = `${journey.stack.api_url}/storage/v1/object/upload/sign/${bucket}/${path}?token=${token}`;
  const stored = await fetch(url, {
    method: "PUT",
    headers: { "content-type": "image/jpeg" },
    body: PICTURE,
  });
  expect(stored.ok, `Cannot upload the picture: ${stored.status} ${await stored.text()}`);
  const medium = await call(journey, "finish-media", { media_id }, Medium);
  expect(
    medium.status === "ready" && medium.width === 1_080,
    `Cannot use the picture: it is ${medium.status}`,
  );
  return media_id;
}

/** Waits until a worker or job-processor has published all targets; a target with a lost answer is checked after a delay. */
async function untilOut(journey: Journey, post_id: string, seen: (out: number) => void) {
  let out = -1;
  for (let look = 0; look < 600; look++) {
    const { data, error } = await journey.app.functions.invoke(`get-post?post_id=${post_id}`, {
      method: "GET",
    });
    if (error) throw new Error(`Cannot read the post: ${error.message}`);
    const post = Post.parse(data);
    const open = post.targets.filter(({ status }) => !["published", "failed"].includes(status));
    if (out !== post.targets.length - open.length) seen(out = post.targets.length - open.length);
    if (open.length === 0) return post;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error("Cannot wait any longer for the post");
}
