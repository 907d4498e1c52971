/** Phase 8: a post is checked, written, published, read, scheduled and cancelled. */
import type { Scenario } from "../collection.ts";
import { pm, sv } from "../sandbox.ts";
import type { Creator } from "../streamvibe.ts";

interface Target {
  status: string;
  permalink: string | null;
  history: { step: string; status: string }[];
}
interface Post {
  post_id: string;
  version: number;
  status: string;
  targets: Target[];
}
interface Checked {
  is_ready: boolean;
  targets: {
    platform: string;
    objections: { level: string; code: string; count?: number; limit?: number }[];
  }[];
}

const X = "{{x_social_account_id}}";
const ON_X = { as: "x_", needs: "simulator_url" };

/** Returns a creator with an account on X, where a text alone is a valid post. */
const onX = () => sv.connected("x_", {}, "twitter");

const textFor = (me: Creator, body: string) => ({
  body,
  targets: [{ social_account_id: me.social_account_id, kind: "text" }],
});

const createPost = (me: Creator, more: Record<string, unknown> = {}) =>
  sv.must(
    "write a post",
    200,
    sv.send<Post>("/functions/v1/create-post", {
      as: me,
      json: { ...textFor(me, `A post, ${sv.random()}`), ...more },
    }),
  );

/** Returns the creator, and creates the draft that the requests use on first use. */
const withDraft = async () => {
  const me = await onX();
  if (sv.get("post_owner") === me.user_id) return me;
  const { post_id, version } = await createPost(me);
  sv.set({ post_id, post_version: String(version), post_owner: me.user_id });
  return me;
};

const readPost = async (me: Creator, post_id: string) =>
  (await sv.send<Post>(`/functions/v1/get-post?post_id=${post_id}`, { as: me })).body;

/** Polls the post until it has a final status. */
const untilOut = async (me: Creator, post_id: string) => {
  for (let look = 0; look < 300; look++) {
    const post = await readPost(me, post_id);
    if (["published", "failed", "unknown"].includes(post.status)) return post;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("Cannot wait any longer for the post");
};

export default {
  phase: 8,
  name: "Publishing",
  about:
    "Check a post, write it, edit it, publish it, see every call that was made for it, schedule another one by the creator's own clock and cancel it. Every request makes what it needs by itself (a creator, an account on X, a draft), so each can be run alone. Skipped where there is no simulator: a real account would be posted to.",
  requests: [
    {
      name: "8.1 Validate Post (POST /validate-post)",
      about:
        "Everything that is wrong with a post, counted as the platform counts: on X a family is two, a link 23, a character of Japanese two. Nothing is sent or stored.",
      send: "POST /functions/v1/validate-post",
      ...ON_X,
      json: { body: "あ".repeat(141), targets: [{ social_account_id: X, kind: "text" }] },
      scope: { onX },
      before: async () => {
        sv.save("x_", {});
        sv.set({ post_id: "", post_owner: "" });
        await onX();
      },
      answers: 200,
      after: () => {
        const { is_ready, targets } = pm.response.json<Checked>();
        sv.expect("is not ready", is_ready, (to) => to.equal(false));
        const [target] = targets;
        const tooLong = target?.objections.find(({ code }) => code === "body_length");
        pm.test("says by how much the text is too long, as X weighs it", () => {
          pm.expect(tooLong).to.include({ level: "error", count: 282, limit: 280 });
        });
      },
    },
    {
      name: "8.2 Create Post (POST /create-post)",
      about: "A draft for any number of accounts; with `now` or `publish_at` it goes out.",
      send: "POST /functions/v1/create-post",
      ...ON_X,
      json: { body: "A new episode, {{$guid}}", targets: [{ social_account_id: X, kind: "text" }] },
      scope: { onX, textFor },
      before: () => onX(),
      answers: 200,
      after: async () => {
        const post = pm.response.json<Post & { checked: Checked }>();
        pm.test("is a draft that is ready to go out", () => {
          pm.expect(post).to.include({ status: "draft", version: 1 });
          pm.expect(post.checked.is_ready).to.equal(true);
        });
        const me = await onX();
        sv.set({ post_id: post.post_id, post_version: String(post.version), post_owner: me.user_id });
        const refused = await sv.send("/functions/v1/create-post", {
          as: me,
          json: { ...textFor(me, "x".repeat(300)), now: true },
        });
        sv.expectProblem("refuses to publish what X would refuse", refused, 422, "validation_failed");
      },
    },
    {
      name: "8.3 Update Post (POST /update-post)",
      about: "Writes the draft anew. Whoever edits names the version that they saw.",
      send: "POST /functions/v1/update-post",
      ...ON_X,
      json: {
        post_id: "{{post_id}}",
        version: 1,
        body: "A new episode today, {{$guid}}",
        targets: [{ social_account_id: X, kind: "text" }],
      },
      scope: { onX, withDraft, createPost, textFor },
      before: async () => {
        await withDraft();
        if (sv.get("post_version") === "1") return;
        sv.set({ post_owner: "" });
        await withDraft();
      },
      answers: 200,
      after: async () => {
        const post = pm.response.json<Post>();
        sv.expect("has the next version", post.version, (to) => to.equal(2));
        sv.set({ post_version: String(post.version) });
        const me = await onX();
        const json = { ...textFor(me, "Another"), post_id: sv.get("post_id"), version: 1 };
        const stale = await sv.send("/functions/v1/update-post", { as: me, json });
        sv.expectProblem("refuses an edit of an old version", stale, 409, "conflict");
        const foreign = await sv.send("/functions/v1/update-post", { as: await sv.other(), json });
        sv.expectProblem("hides the post from others", foreign, 404, "not_found");
      },
    },
    {
      name: "8.4 Publish Post (POST /publish-post)",
      about: "Now, or with `publish_at` at a time of the creator's own clock. A worker does the rest.",
      send: "POST /functions/v1/publish-post",
      ...ON_X,
      json: { post_id: "{{post_id}}" },
      scope: { onX, withDraft, createPost, textFor },
      before: () => withDraft(),
      answers: 200,
      after: () => {
        const { status } = pm.response.json<Post>();
        sv.expect("is on its way", status, (to) => to.be.oneOf(["scheduled", "publishing", "published"]));
      },
    },
    {
      name: "8.5 Get Post (GET /get-post?post_id=...)",
      about: "What became of it on each account, and every call that was made for it.",
      send: "GET /functions/v1/get-post?post_id={{post_id}}",
      ...ON_X,
      scope: { onX, withDraft, createPost, textFor, readPost, untilOut },
      before: async () => {
        const me = await withDraft();
        const post_id = sv.get("post_id");
        if ((await readPost(me, post_id)).status === "draft") {
          await sv.must("publish", 200, sv.send("/functions/v1/publish-post", { as: me, json: { post_id } }));
        }
        await untilOut(me, post_id);
      },
      answers: 200,
      after: () => {
        const [target] = pm.response.json<Post>().targets;
        pm.test("is out, with its address, after one call that was confirmed", () => {
          pm.expect(target?.status).to.equal("published");
          pm.expect(target?.permalink).to.match(/^https:\/\/x\.com\//);
          pm.expect(target?.history).to.have.lengthOf(1);
          pm.expect(target?.history[0]).to.include({ step: "post", status: "confirmed" });
        });
      },
    },
    {
      name: "8.6 Schedule Post (POST /create-post with publish_at)",
      about: "`2026-12-24T09:00` without an offset is what clocks show in the post's time zone.",
      send: "POST /functions/v1/create-post",
      ...ON_X,
      json: {
        body: "Good morning, {{$guid}}",
        publish_at: "{{tomorrow}}",
        time_zone: "Asia/Tokyo",
        targets: [{ social_account_id: X, kind: "text" }],
      },
      scope: { onX },
      before: async () => {
        await onX();
        sv.set({ tomorrow: `${new Date(Date.now() + 2 * 86400000).toISOString().slice(0, 10)}T09:00` });
      },
      answers: 200,
      after: () => {
        const post = pm.response.json<Post & { publish_at: string }>();
        sv.expect("is scheduled", post.status, (to) => to.equal("scheduled"));
        // 09:00 in Tokyo is midnight UTC.
        sv.expect("for that hour there", post.publish_at, (to) => to.match(/T00:00:00/));
        sv.set({ scheduled_id: post.post_id });
      },
    },
    {
      name: "8.7 Cancel Post (POST /cancel-post)",
      about: "What has not left is not sent.",
      send: "POST /functions/v1/cancel-post",
      ...ON_X,
      json: { post_id: "{{scheduled_id}}" },
      scope: { onX, createPost, textFor },
      before: async () => {
        const me = await onX();
        const publish_at = new Date(Date.now() + 86400000).toISOString();
        sv.set({ scheduled_id: (await createPost(me, { publish_at })).post_id });
      },
      answers: 200,
      after: () => {
        const post = pm.response.json<Post & { cancelled: number; too_late: number }>();
        pm.test("one target is cancelled, none was too late", () => {
          pm.expect(post).to.include({ status: "cancelled", cancelled: 1, too_late: 0 });
        });
      },
    },
    {
      name: "8.8 List Posts (GET /list-posts)",
      about: "The creator's posts, newest first.",
      send: "GET /functions/v1/list-posts?limit=10",
      ...ON_X,
      scope: { onX, withDraft, createPost, textFor },
      before: () => withDraft(),
      answers: 200,
      after: async () => {
        const { posts } = pm.response.json<{ posts: Post[] }>();
        sv.expect(
          "has the post",
          posts.map(({ post_id }) => post_id),
          (to) => to.include(sv.get("post_id")),
        );
        const other = await sv.send<{ posts: Post[] }>("/functions/v1/list-posts", { as: await sv.other() });
        sv.expect("shows others nothing of it", other.body.posts, (to) => to.eql([]));
      },
    },
    {
      name: "8.9 List Publishing Problems (GET /list-publishing-problems)",
      about: "The dead letters of publishing, with whose turn it is. Of everybody for admins only.",
      send: "GET /functions/v1/list-publishing-problems",
      ...ON_X,
      scope: { onX },
      before: () => onX(),
      answers: 200,
      after: async () => {
        sv.expect(
          "is a list",
          pm.response.json<{ problems: unknown[] }>().problems,
          (to) => to.be.an("array"),
        );
        const all = await sv.send("/functions/v1/list-publishing-problems?of=everybody", { as: await onX() });
        sv.expectProblem("refuses a creator who asks for everybody's", all, 403, "forbidden");
      },
    },
  ],
} satisfies Scenario;
