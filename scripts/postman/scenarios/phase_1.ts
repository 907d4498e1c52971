/** Phase 1: a creator signs up, sets up the profile, and reads plan and quotas. */
import type { Scenario } from "../collection.ts";
import { pm, sv } from "../sandbox.ts";
import type { Creator } from "../streamvibe.ts";

interface User {
  id: string;
  email: string;
}
interface Session {
  access_token: string;
  expires_in: number;
}
interface Profile {
  profile_slug: string;
  profile: Record<string, unknown>;
}

const signUp = async () => {
  const credentials = { email: sv.newEmail(), password: `pw-${sv.random()}` };
  const answer = sv.send<User & { user?: User }>("/auth/v1/signup", { json: credentials });
  const user = await sv.must("sign up", 200, answer);
  return { user_id: (user.user ?? user).id, ...credentials };
};

/** Returns the link that confirms an address: from the mailbox if there is one, otherwise generated with the secret key. */
const confirmationLink = async ({ email, password }: Pick<Creator, "email" | "password">) => {
  const mailbox = sv.get("mail_url");
  if (!mailbox) {
    const json = { type: "signup", email, password };
    const path = "/auth/v1/admin/generate_link";
    const link = sv.send<{ action_link?: string; properties: { action_link: string } }>(path, {
      as: "service",
      json,
    });
    const { action_link, properties } = await sv.must("make a confirmation link", 200, link);
    return action_link ?? properties.action_link;
  }
  const inbox = sv.send<{ messages: { id?: string; ID?: string }[] }>(
    `${mailbox}/api/v1/messages?to=${encodeURIComponent(email)}`,
  );
  const [newest] = (await sv.must("read the mailbox", 200, inbox)).messages;
  if (!newest) throw new Error(`Cannot find a mail to ${email}: the mailbox has none`);
  const mail = await sv.must(
    "open the mail",
    200,
    sv.send(`${mailbox}/api/v1/message/${newest.id ?? newest.ID}`),
  );
  const link = JSON.stringify(mail).match(/https?:\/\/[^\s"'<>\\]+\/auth\/v1\/verify\?[^\s"'<>\\]+/);
  if (!link) throw new Error("Cannot confirm the address: the mail has no link to /auth/v1/verify");
  return link[0].replace(/&amp;/g, "&");
};

/** Decodes a part of a token: 0 is its header, 1 its claims. */
const tokenPart = (token: string, part: number) =>
  JSON.parse(atob((token.split(".")[part] ?? "").replace(/-/g, "+").replace(/_/g, "/")));

const SET_UP = { display_name: "Postman Creator", category: "food" };
const PLAN =
  "/rest/v1/subscription?user_id=eq.{{user_id}}&select=id,cycle_start_date,cycle_end_date,syncs_used," +
  "ai_analyses_used,seo_submissions_used,subscription_tier(slug,max_social_accounts,max_syncs_per_month," +
  "max_ai_analyses_per_month,max_seo_submissions_per_month),subscription_status(slug)";

export default {
  phase: 1,
  name: "User Onboarding",
  about:
    "Sign up, confirm the address, set up a profile, see plan and quotas. Every request makes what it needs by itself, so each can be run alone.",
  requests: [
    {
      name: "1.1 Sign Up (Email/Password)",
      about:
        "A new creator signs up. Auth sends a confirmation link and gives no session yet; the profile row, the settings, the role and the free subscription are there at once.",
      send: "POST /auth/v1/signup",
      as: "nobody",
      json: { email: "{{email}}", password: "{{password}}", data: { display_name: "Postman Creator" } },
      before: () => sv.save("", { email: sv.newEmail(), password: `pw-${sv.random()}` }),
      answers: 200,
      after: async () => {
        const answer = pm.response.json<User & { user?: User }>();
        const { id, email: address } = answer.user ?? answer;
        const { email, password } = sv.load();
        pm.test("creates the user", () => {
          pm.expect(id).to.match(/^[0-9a-f-]{36}$/);
          pm.expect(address).to.equal(email);
        });
        sv.expect(
          "gives no session before the address is confirmed",
          answer,
          (to) => to.not.have.property("access_token"),
        );
        sv.set({ user_id: id, unconfirmed_id: id });
        const early = await sv.send("/auth/v1/token?grant_type=password", { json: { email, password } });
        pm.test("refuses to sign in before the address is confirmed", () => {
          pm.expect(early.status).to.equal(400);
          pm.expect(early.body.error_code ?? early.body.code).to.equal("email_not_confirmed");
        });
        const weak = await sv.send("/auth/v1/signup", { json: { email: sv.newEmail(), password: "short" } });
        pm.test("refuses a short password", () => {
          pm.expect(weak.status).to.equal(422);
          pm.expect(weak.body.error_code ?? weak.body.code).to.equal("weak_password");
        });
        const profiles = await sv.list("users", `id=eq.${id}&select=id,email,display_name`, "service");
        sv.expectRows("creates the row in public.users", profiles, 1);
        sv.expect(
          "takes e-mail and display name over",
          profiles.body[0],
          (to) => to.eql({ id, email, display_name: "Postman Creator" }),
        );
        const plan = await sv.list(
          "subscription",
          `user_id=eq.${id}&select=subscription_tier(slug),subscription_status(slug)`,
          "service",
        );
        sv.expect(
          "assigns the free tier",
          plan.body,
          (to) => to.eql([{ subscription_tier: { slug: "free" }, subscription_status: { slug: "active" } }]),
        );
        for (const table of ["user_setting", "user_role"]) {
          const rows = await sv.list(table, `user_id=eq.${id}&select=user_id`, "service");
          sv.expectRows(`creates the row in public.${table}`, rows, 1);
        }
      },
    },
    {
      name: "1.2 Confirm Email",
      about:
        "Opens the link of the confirmation mail: from the mailbox where the environment has `mail_url`, else made by the admin API. The answer is a redirect to the app with a session in the fragment.",
      send: "GET {{confirmation_link}}",
      as: "nobody",
      followRedirects: false,
      scope: { signUp, confirmationLink },
      before: async () => {
        const known = sv.load();
        const isWaiting = known.user_id && known.user_id === sv.get("unconfirmed_id");
        const creator = isWaiting ? known : sv.save("", await signUp());
        sv.set({ unconfirmed_id: creator.user_id, confirmation_link: await confirmationLink(creator) });
      },
      after: async () => {
        const location = pm.response.headers.get("location") ?? "";
        const { type, token_type, access_token = "", refresh_token } = sv.query(location, "#");
        pm.test("redirects to the app", () => {
          pm.expect(pm.response.code).to.be.oneOf([302, 303]);
          pm.expect(location).to.match(/^https?:\/\//);
        });
        pm.test("brings a session in the fragment", () => {
          pm.expect(type, "type").to.equal("signup");
          pm.expect(token_type, "token_type").to.equal("bearer");
          pm.expect(/^eyJ/.test(access_token), "an access token").to.equal(true);
          pm.expect(Boolean(refresh_token), "a refresh token").to.equal(true);
        });
        sv.set({ unconfirmed_id: "" });
        const me = await sv.send<{ id: string; email_confirmed_at: string }>("/auth/v1/user", {
          as: { access_token },
        });
        pm.test("marks the address as confirmed", () => {
          pm.expect(me.status).to.equal(200);
          pm.expect(me.body.id).to.equal(sv.get("user_id"));
          pm.expect(Date.parse(me.body.email_confirmed_at)).to.be.above(0);
        });
      },
    },
    {
      name: "1.3 Sign In",
      about:
        "Signs the creator in with e-mail and password. The access token is signed asymmetrically, so that functions can check it without asking Auth.",
      send: "POST /auth/v1/token?grant_type=password",
      as: "nobody",
      json: { email: "{{email}}", password: "{{password}}" },
      scope: { tokenPart },
      before: async () => {
        const { user_id } = sv.load();
        if (!user_id || user_id === sv.get("unconfirmed_id")) sv.save("", await sv.newCreator());
      },
      answers: 200,
      after: async () => {
        const { access_token, expires_in } = pm.response.json<Session>();
        pm.test("has the shape of a session", () => {
          pm.response.to.have.jsonSchema({
            type: "object",
            required: ["access_token", "token_type", "expires_in", "refresh_token", "user"],
            properties: {
              access_token: { type: "string", pattern: "^eyJ" },
              token_type: { const: "bearer" },
              expires_in: { type: "integer", minimum: 60 },
              refresh_token: { type: "string", minLength: 8 },
              user: { type: "object", required: ["id", "email", "email_confirmed_at", "role"] },
            },
          });
        });
        const { alg, kid } = tokenPart(access_token, 0);
        pm.test("signs the token asymmetrically, with a key id", () => {
          pm.expect(alg).to.be.oneOf(["ES256", "RS256"]);
          pm.expect(kid).to.be.a("string").and.not.empty;
        });
        sv.expect(
          "names the creator and the role in the token",
          tokenPart(access_token, 1),
          (to) => to.include({ sub: sv.get("user_id"), role: "authenticated", email: sv.get("email") }),
        );
        sv.set({ access_token, expires_at: Date.now() + expires_in * 1000 });
        const wrong = await sv.send("/auth/v1/token?grant_type=password", {
          json: { email: sv.get("email"), password: `not-${sv.random()}` },
        });
        pm.test("refuses a wrong password", () => {
          pm.expect(wrong.status).to.equal(400);
          pm.expect(wrong.body.error_code ?? wrong.body.code).to.equal("invalid_credentials");
        });
        const { body } = await sv.send<{ keys: { kid: string }[] }>("/auth/v1/.well-known/jwks.json");
        sv.expect(
          "publishes the key that signed it",
          body.keys.map((key) => key.kid),
          (to) => to.include(kid),
        );
      },
    },
    {
      name: "1.4 Setup Profile (POST /auth-profile-setup)",
      about:
        "Sets name, biography, category and picture. The first call gives the profile its slug, which stays.",
      send: "POST /functions/v1/auth-profile-setup",
      json: { ...SET_UP, bio: "Cooks on camera since 2014 🍜", avatar_url: "https://example.com/avatar.png" },
      before: () => sv.creator(),
      answers: 200,
      after: async () => {
        const { profile_slug, profile } = pm.response.json<Profile>();
        pm.test("has profile_slug, is_public and profile", () => {
          pm.response.to.have.jsonSchema({
            type: "object",
            required: ["profile_slug", "is_public", "profile"],
            properties: {
              profile_slug: { type: "string", pattern: "^[a-z0-9]+(-[a-z0-9]+)*$" },
              is_public: { type: "boolean" },
              profile: {
                type: "object",
                required: ["display_name", "bio", "primary_category", "avatar_url"],
              },
            },
          });
        });
        const { category: primary_category, ...rest } = sv.sent();
        sv.expect("keeps what was sent", profile, (to) => to.include({ ...rest, primary_category }));
        sv.expect("makes the slug from the name", profile_slug, (to) => to.match(/^postman-creator/));
        const me = await sv.creator();
        const again = await sv.call("auth-profile-setup", me, { display_name: "Another Name" });
        pm.test("keeps the slug when the name changes", () => {
          pm.expect(again.status).to.equal(200);
          pm.expect(again.body.profile_slug).to.equal(profile_slug);
        });
        const namesake = await sv.call("auth-profile-setup", await sv.other(), {
          display_name: "Postman Creator",
        });
        pm.test("gives a second creator of the same name another slug", () => {
          pm.expect(namesake.status).to.equal(200);
          pm.expect(namesake.body.profile_slug).to.match(/^postman-creator/);
          pm.expect(namesake.body.profile_slug).to.not.equal(profile_slug);
        });
        const stranger = await sv.call("auth-profile-setup", undefined, { display_name: "Nobody" });
        sv.expectProblem("refuses a caller without a session", stranger, 401, "unauthorized");
        const unknown = await sv.call("auth-profile-setup", me, { display_name: "Me", tier: "premium" });
        sv.expectProblem("refuses unknown members", unknown, 422, "validation_failed");
        const [error] = unknown.body.errors as [unknown];
        sv.expect("points at what is wrong", error, (to) => to.have.property("pointer"));
      },
    },
    {
      name: "1.5 Get Profile (GET /rest/users?id=eq.{user_id})",
      about: "Reads the creator's own profile through the Data API.",
      send:
        "GET /rest/v1/users?id=eq.{{user_id}}&select=id,email,display_name,bio,profile_slug,primary_category," +
        "is_public,avatar_url,created_at,updated_at",
      scope: { SET_UP },
      before: async () => {
        await sv.must("set the profile up", 200, sv.call("auth-profile-setup", await sv.creator(), SET_UP));
      },
      answers: 200,
      after: async () => {
        const rows = pm.response.json();
        const [profile] = rows;
        pm.test("returns one row: the creator's own", () => {
          pm.expect(rows).to.be.an("array").with.lengthOf(1);
          pm.expect(profile).to.include({ id: sv.get("user_id"), email: sv.get("email") });
        });
        pm.test("has the profile that was set up", () => {
          pm.expect(profile).to.include({ display_name: "Postman Creator", primary_category: "food" });
          pm.expect(profile.profile_slug).to.match(/^[a-z0-9]+(-[a-z0-9]+)*$/);
          pm.expect(profile.is_public).to.be.a("boolean");
        });
        const query = `id=eq.${sv.get("user_id")}&select=id`;
        sv.expectRows(
          "hides the row from another creator",
          await sv.list("users", query, await sv.other()),
          0,
        );
        sv.expectHidden("hides the row from a visitor", await sv.list("users", query));
      },
    },
    {
      name: "1.6 Update Profile (PATCH /rest/users?id=eq.{user_id})",
      about: "Changes the biography through the Data API. Only profile columns are the creator's to change.",
      send: "PATCH /rest/v1/users?id=eq.{{user_id}}&select=id,bio,is_public,updated_at",
      json: { bio: "Now with subtitles ({{$timestamp}})", is_public: false },
      headers: { Prefer: "return=representation" },
      before: () => sv.creator(),
      answers: 200,
      after: async () => {
        const rows = pm.response.json<[{ bio: string; updated_at: string }]>();
        const [{ bio, updated_at }] = rows;
        pm.test("returns the changed row", () => {
          pm.expect(rows).to.have.lengthOf(1);
          pm.expect(rows[0]).to.include({ id: sv.get("user_id"), ...sv.sent<Record<string, unknown>>() });
        });
        sv.expectNow("notes when it changed", updated_at);
        const me = await sv.creator();
        const row = `id=eq.${me.user_id}`;
        for (const json of [{ email: sv.newEmail() }, { id: sv.random() }]) {
          const refused = await sv.patch("users", row, me, json);
          pm.test(`refuses to change ${Object.keys(json)[0]}`, () => {
            pm.expect(refused.status).to.equal(403);
            pm.expect(refused.body.code).to.equal("42501");
          });
        }
        const role = { user_id: me.user_id, role: "admin" };
        const promoted = await sv.send("/rest/v1/user_role", { as: me, json: role });
        sv.expect("refuses to take the admin role", promoted.status, (to) => to.equal(403));
        const taken = await sv.patch("users", `${row}&select=id`, await sv.other(), { bio: "Taken over" });
        sv.expectRows("changes nothing for another creator", taken, 0);
        const now = await sv.list("users", `${row}&select=bio,email`, me);
        sv.expect(
          "keeps bio and e-mail through all of that",
          now.body,
          (to) => to.eql([{ bio, email: me.email }]),
        );
      },
    },
    {
      name: "1.7 Get Subscription Info",
      about:
        "Reads the plan with its limits and what is used of them. Nobody changes their own plan or counters.",
      send: `GET ${PLAN}`,
      before: () => sv.creator(),
      answers: 200,
      after: async () => {
        const rows = pm.response.json();
        const plan = rows[0] as Record<"cycle_start_date" | "cycle_end_date", string> & {
          subscription_tier: { slug: string };
          subscription_status: { slug: string };
        };
        sv.expect("returns one subscription", rows, (to) => to.have.lengthOf(1));
        pm.test("is free and active", () => {
          pm.expect(plan.subscription_tier.slug).to.equal("free");
          pm.expect(plan.subscription_status.slug).to.equal("active");
        });
        sv.expect(
          "allows 1 account, 10 syncs, 25 AI analyses, 0 SEO submissions",
          plan.subscription_tier,
          (to) =>
            to.include({
              max_social_accounts: 1,
              max_syncs_per_month: 10,
              max_ai_analyses_per_month: 25,
              max_seo_submissions_per_month: 0,
            }),
        );
        sv.expect(
          "has used nothing",
          plan,
          (to) => to.include({ syncs_used: 0, ai_analyses_used: 0, seo_submissions_used: 0 }),
        );
        const days = (Date.parse(plan.cycle_end_date) - Date.parse(plan.cycle_start_date)) / 86400000;
        sv.expect("runs for a month", days, (to) => to.be.within(27.9, 31.1));
        const me = await sv.creator();
        const own = `user_id=eq.${me.user_id}`;
        for (
          const json of [{ syncs_used: -100 }, { tier_id: sv.random() }, { cycle_end_date: "2099-01-01" }]
        ) {
          const { status } = await sv.patch("subscription", own, me, json);
          sv.expect(`refuses to change ${Object.keys(json)[0]}`, status, (to) => to.equal(403));
        }
        const seen = await sv.list("subscription", `${own}&select=id`, await sv.other());
        sv.expectRows("hides the plan from another creator", seen, 0);
        const payer = await sv.newCreator();
        const limits = { basic: [3, 100, 100, 50], premium: [10, 500, 500, 200] };
        for (const [p_tier, wanted] of Object.entries(limits)) {
          const raised = await sv.rpc("set_user_plan", "service", { p_user_id: payer.user_id, p_tier });
          sv.expect(`the service raises to ${p_tier}`, raised.status, (to) => to.be.oneOf([200, 204]));
          const select =
            "subscription_tier(max_social_accounts,max_syncs_per_month,max_ai_analyses_per_month," +
            "max_seo_submissions_per_month)";
          const { body } = await sv.list(
            "subscription",
            `user_id=eq.${payer.user_id}&select=${select}`,
            payer,
          );
          const tier =
            (body[0] as unknown as { subscription_tier: Record<string, number> }).subscription_tier;
          sv.expect(`${p_tier} allows ${wanted.join(", ")}`, Object.values(tier), (to) => to.eql(wanted));
        }
        const own_hand = await sv.rpc("set_user_plan", payer, {
          p_user_id: payer.user_id,
          p_tier: "premium",
        });
        sv.expect("refuses a creator who raises themselves", own_hand.status, (to) => to.be.within(400, 403));
      },
    },
    {
      name: "1.8 Check Quotas",
      about:
        "Asks whether one more sync is within the plan; the script asks the same for the other quotas and for another creator.",
      send: "POST /rest/v1/rpc/check_quota",
      json: { p_user_id: "{{user_id}}", p_quota_type: "sync" },
      before: () => sv.creator(),
      answers: 200,
      after: async () => {
        const me = await sv.creator();
        const ask = (p_quota_type: string, { user_id: p_user_id } = me) =>
          sv.rpc<unknown>("check_quota", me, { p_user_id, p_quota_type });
        sv.expect("a sync is within the plan", pm.response.json(), (to) => to.equal(true));
        const analyses = await ask("ai_analysis");
        sv.expect("an AI analysis is within the plan", analyses.body, (to) => to.equal(true));
        const submissions = await ask("seo_submission");
        sv.expect(
          "an SEO submission is not: the free tier has none",
          submissions.body,
          (to) => to.equal(false),
        );
        const foreign = await ask("sync", await sv.other());
        sv.expect("refuses to tell another creator's quota", foreign.status, (to) => to.be.within(400, 403));
        const json = { p_user_id: me.user_id, p_quota_type: "sync" };
        const stranger = await sv.rpc("check_quota", undefined, json);
        sv.expect("refuses a visitor", stranger.status, (to) => to.be.oneOf([401, 403]));
        const payer = await sv.newCreator();
        await sv.rpc("set_user_plan", "service", { p_user_id: payer.user_id, p_tier: "basic" });
        const paid = await sv.rpc("check_quota", payer, {
          p_user_id: payer.user_id,
          p_quota_type: "seo_submission",
        });
        sv.expect("on a paid tier an SEO submission is within the plan", paid.body, (to) => to.equal(true));
        for (const spend of ["increment_quota", "decrement_quota"]) {
          const { status } = await sv.rpc(spend, me, { ...json, p_amount: 1 });
          sv.expect(`refuses ${spend} to a creator`, status, (to) => to.be.oneOf([401, 403, 404]));
        }
      },
    },
  ],
} satisfies Scenario;
