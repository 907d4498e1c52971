import assert from "node:assert/strict";
import { callFunction, createCreator } from "../../../../scripts/test/stack.ts";
import { HTML, SQL } from "../kernel/malformed_cases.ts";

interface Answer {
  profile_slug: string;
  is_public: boolean;
  profile: {
    id: string;
    display_name: string;
    bio: string | null;
    primary_category: string | null;
    avatar_url: string | null;
    profile_slug: string;
  };
}

const FULL = {
  display_name: "Ada Lovelace",
  bio: "Engines\nand poetry",
  category: "tech",
  avatar_url: "https://example.com/ada.png",
};

Deno.test("a creator sets up a profile and gets a slug for it", async () => {
  const creator = await createCreator();
  const { status, body } = await creator.call<Answer>("auth-profile-setup", FULL);
  assert.equal(status, 200);
  assert.match(body.profile_slug, /^ada-lovelace/);
  assert.equal(typeof body.is_public, "boolean");
  const { id, display_name, bio, primary_category, avatar_url, profile_slug } = body.profile;
  assert.deepEqual(
    { id, display_name, bio, category: primary_category, avatar_url, profile_slug },
    { ...FULL, id: creator.id, profile_slug: body.profile_slug },
  );
  const { data } = await creator.client.from("users").select("display_name, primary_category").eq(
    "id",
    creator.id,
  ).single();
  assert.deepEqual(data, { display_name: "Ada Lovelace", primary_category: "tech" });
});

Deno.test("a repeated call updates the profile, and keeps the slug and omitted fields", async () => {
  const creator = await createCreator();
  const first = await creator.call<Answer>("auth-profile-setup", FULL);
  const second = await creator.call<Answer>("auth-profile-setup", { display_name: "Countess Ada", bio: "" });
  assert.equal(second.body.profile_slug, first.body.profile_slug);
  assert.equal(second.body.profile.display_name, "Countess Ada");
  assert.equal(second.body.profile.bio || null, null, "an empty bio clears it");
  assert.equal(second.body.profile.primary_category, "tech");
  assert.equal(second.body.profile.avatar_url, FULL.avatar_url);
});

Deno.test("many creators with the same name get different slugs, even concurrently", async () => {
  const name = `Same Name ${crypto.randomUUID().slice(0, 8)}`;
  const creators = await Promise.all(Array.from({ length: 8 }, () => createCreator()));
  const answers = await Promise.all(
    creators.map((creator) => creator.call<Answer>("auth-profile-setup", { display_name: name })),
  );
  assert.deepEqual(answers.map(({ status }) => status), Array(8).fill(200));
  assert.equal(new Set(answers.map(({ body }) => body.profile_slug)).size, 8);
});

Deno.test("only the caller's profile changes, and only fields that a creator may change", async () => {
  const creator = await createCreator();
  const neighbour = await createCreator();
  await neighbour.call("auth-profile-setup", { display_name: "Neighbour" });
  for (
    const extra of [
      { user_id: neighbour.id },
      { id: neighbour.id },
      { email: "x@example.com" },
      { is_verified: true },
      { role: "admin" },
      { profile_slug: "mine" },
    ]
  ) {
    const { status, body } = await creator.call("auth-profile-setup", { display_name: "Me", ...extra });
    assert.deepEqual([status, body.code], [422, "validation_failed"], JSON.stringify(extra));
  }
  const { data } = await neighbour.client.from("users").select("display_name").eq("id", neighbour.id)
    .single();
  assert.equal(data?.display_name, "Neighbour");
  assert.equal((await callFunction("auth-profile-setup", { body: { display_name: "Nobody" } })).status, 401);
});

Deno.test("markup is kept as text, invisible characters are removed, and whitespace is normalized", async () => {
  const creator = await createCreator();
  const { body } = await creator.call<Answer>("auth-profile-setup", {
    display_name: "  <b>Ada</b>\t\u202e'; drop table users;--\u0007  ",
    bio: "line one\r\nline two\u0000".replace("\u0000", "\u0001"),
  });
  assert.equal(body.profile.display_name, "<b>Ada</b> '; drop table users;--");
  assert.equal(body.profile.bio, "line one\nline two");
});

Deno.test("a name in any script gets a readable slug; a bio without visible characters is empty", async () => {
  for (
    const [name, slug] of [["山田太郎", "山田太郎"], ["Ольга", "ольга"], ["نرم‌افزار", "نرمافزار"]] as const
  ) {
    const creator = await createCreator();
    const { status, body } = await creator.call<Answer>("auth-profile-setup", {
      display_name: name,
      bio: "\u200b\u200b",
    });
    assert.deepEqual([status, body.profile.display_name, body.profile.bio], [200, name, ""]);
    assert.match(body.profile_slug, new RegExp(`^${slug}(-\\d+)?$`));
  }
});

Deno.test("SQL and markup in a name or bio are ordinary text: stored unchanged, and harmless", async () => {
  const creator = await createCreator();
  for (const text of [...SQL, ...HTML]) {
    const { status, body } = await creator.call<Answer>("auth-profile-setup", {
      display_name: text,
      bio: text,
    });
    assert.equal(status, 200, text);
    assert.deepEqual([body.profile.display_name, body.profile.bio], [text, text]);
    const { data } = await creator.client.from("users").select("display_name, bio").single();
    assert.deepEqual(data, { display_name: text, bio: text });
  }
});

Deno.test("field limits are enforced", async () => {
  const creator = await createCreator();
  const statusOf = async (fields: Record<string, unknown>) =>
    (await creator.call("auth-profile-setup", { display_name: "Ada", ...fields })).status;
  const allowed = [{ display_name: "x".repeat(100) }, { display_name: "李" }, { bio: "x".repeat(2000) }, {
    category: "other",
  }, { avatar_url: "https://cdn.example.com/a?b=c" }];
  for (const fields of allowed) {
    assert.equal(await statusOf(fields), 200, JSON.stringify(fields).slice(0, 80));
  }
  const refused = [
    { display_name: "" },
    { display_name: " \u202e\t " },
    { display_name: "\u200b\u200b" },
    { display_name: "\u3164\u2800\ufe0f" },
    { display_name: "x".repeat(101) },
    { display_name: null },
    { bio: "x".repeat(2001) },
    { category: "Music" },
    { category: "politics" },
    { avatar_url: "http://example.com/a.png" },
    { avatar_url: "javascript:alert(1)" },
    { avatar_url: "https://user:pass@example.com/a.png" },
    { avatar_url: "data:image/png;base64,AA" },
    { avatar_url: "ada.png" },
  ];
  for (const fields of refused) {
    assert.equal(await statusOf(fields), 422, JSON.stringify(fields).slice(0, 80));
  }
});

Deno.test("a repeated Idempotency-Key returns the same response and changes nothing", async () => {
  const creator = await createCreator();
  const headers = { "idempotency-key": crypto.randomUUID() };
  const call = (display_name: string) =>
    creator.call<Answer>("auth-profile-setup", { display_name }, { headers });
  const first = await call("First");
  await creator.call("auth-profile-setup", { display_name: "Second" });
  const again = await call("First");
  assert.deepEqual(again.body, first.body);
  assert.equal(again.headers.get("idempotency-replayed"), "true");
  const { data } = await creator.client.from("users").select("display_name").eq("id", creator.id).single();
  assert.equal(data?.display_name, "Second", "the repeated request changed nothing");
  assert.equal((await call("Other")).status, 422);
});
