/** Phase 2: accounts are connected through OAuth and disconnected, and platforms send webhooks. */
import type { Scenario } from "../collection.ts";
import { CryptoJS, pm, sv } from "../sandbox.ts";
import { onEveryPlatform } from "./platforms.ts";

interface Flow {
  authorization_url: string;
  state: string;
}
interface Connection {
  scopes: string[];
  token_expires_at: string | null;
  is_active: boolean;
}
interface Disconnected {
  disconnected_at: string;
  revoked: boolean;
}

const YOUTUBE_SCOPE = "https://www.googleapis.com/auth/youtube.readonly";
const CONNECTION = "GET /rest/v1/platform_connection?user_id=eq.{{user_id}}&select=id,user_id";
const ACCOUNT =
  "select=id,user_id,platform_account_id,display_name,profile_url,followers_count,status,deleted_at," +
  "platform(slug)";

/** Tables that could contain a leaked token. */
const TABLES = [
  "users",
  "platform_connection",
  "social_account",
  "user_setting",
  "notification",
  "audit_log",
];

const expectConsentPage = (address: Record<string, string>, state: string) => {
  pm.expect(address).to.include({ response_type: "code", state });
  pm.expect(address.client_id ?? address.client_key).to.be.a("string").and.not.empty;
  pm.expect(address.redirect_uri).to.match(/^https?:\/\//);
};

/** Checks that another creator cannot disconnect the account, before its owner does. */
const refuseThief = async (social_account_id: string) => {
  const thief = await sv.call("disconnect-account", await sv.other(), { social_account_id });
  sv.expectProblem("refuses another creator first", thief, 404, "not_found");
};

/** Checks what must hold after the account is disconnected, on any platform. */
const expectDisconnected = async (prefix: string, social_account_id: string) => {
  const left = await sv.list("social_account", "deleted_at=is.null&select=id", sv.load(prefix));
  sv.expectRows("takes the account out of the creator's list", left, 0);
  const secret = await sv.vault(social_account_id);
  pm.test("has deleted the secret from Vault", () => {
    pm.expect(secret.status, "status").to.be.within(400, 499);
    pm.expect(secret.body.code).to.equal("SVG03");
  });
  const again = await sv.call("disconnect-account", sv.load(prefix), { social_account_id });
  sv.expectProblem("finds nothing to disconnect a second time", again, 404, "not_found");
};

/** Signs a report as Meta does, about an unknown person. */
const signAsMeta = () => {
  const urlSafe = (words: Parameters<typeof CryptoJS.enc.Base64.stringify>[0]) =>
    CryptoJS.enc.Base64.stringify(words).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const issued_at = Math.floor(Date.now() / 1000);
  const report = JSON.stringify({ algorithm: "HMAC-SHA256", user_id: `nobody-${sv.random()}`, issued_at });
  const payload = urlSafe(CryptoJS.enc.Utf8.parse(report));
  const signature = urlSafe(CryptoJS.HmacSHA256(payload, sv.get("meta_app_secret")));
  sv.set({ signed_request: `${signature}.${payload}` });
};

const expectReceived = () =>
  pm.test("is received", () => {
    pm.response.to.have.status(200);
    pm.expect(pm.response.json()).to.eql({ received: true });
  });

export default {
  phase: 2,
  name: "Platform OAuth",
  about:
    "Connect a YouTube channel through OAuth 2.0 with PKCE, see that its tokens lie in Vault and nowhere else, meet the free tier's limit of one account, disconnect. Every request makes what it needs by itself (a creator, a channel, a connection), so each can be run alone. From 2.9 on the same for Instagram, TikTok, Facebook and X, with a creator for each.",
  requests: [
    {
      name: "2.1 Get YouTube OAuth URL (POST /oauth-youtube-init)",
      about:
        "Answers the provider's consent page with a random state and a PKCE challenge. Both are kept for ten minutes, bound to this creator and platform.",
      send: "POST /functions/v1/oauth-youtube-init",
      json: {},
      scope: { YOUTUBE_SCOPE, expectConsentPage },
      before: async () => sv.save("", await sv.newCreator()),
      answers: 200,
      after: async () => {
        const { authorization_url, state } = pm.response.json<Flow>();
        const address = sv.query(authorization_url);
        pm.test("has authorization_url and state", () => {
          pm.expect(authorization_url).to.match(/^https?:\/\//);
          pm.expect(state.length).to.be.at.least(32);
        });
        pm.test("asks for a code, offline, under the given state", () => {
          expectConsentPage(address, state);
          pm.expect(address.access_type).to.equal("offline");
        });
        sv.expect(
          "asks to read YouTube",
          address.scope,
          (to) => to.include(YOUTUBE_SCOPE),
        );
        pm.test("carries a PKCE challenge (S256)", () => {
          pm.expect(address.code_challenge_method).to.equal("S256");
          pm.expect(address.code_challenge).to.match(/^[A-Za-z0-9_-]{43}$/);
        });
        sv.expect(
          "tells no client secret and no verifier",
          address,
          (to) => to.not.have.any.keys("client_secret", "code_verifier"),
        );
        const me = await sv.creator();
        const again = await sv.call("oauth-youtube-init", me, {});
        pm.test("gives every attempt a state of its own", () => {
          pm.expect(again.status).to.equal(200);
          pm.expect(again.body.state).to.not.equal(state);
        });
        const stranger = await sv.call("oauth-youtube-init", undefined, {});
        sv.expectProblem("refuses a caller without a session", stranger, 401, "unauthorized");
        const redirect_uri = "https://attacker.example/callback";
        const elsewhere = await sv.call("oauth-youtube-init", me, { redirect_uri });
        sv.expectProblem(
          "refuses a redirect address that is not listed",
          elsewhere,
          400,
          "redirect_uri_not_allowed",
        );
      },
    },
    {
      name: "2.2 Simulate YouTube Callback (POST /oauth-youtube-callback)",
      about:
        "Takes the code and the state that the consent page gave, once. The script grants access on the page of 2.1 as a person would; against Google's own page, grant by hand and put the two into the environment as `oauth_code` and `oauth_state`.",
      send: "POST /functions/v1/oauth-youtube-callback",
      json: { code: "{{callback_code}}", state: "{{callback_state}}" },
      before: async () => {
        const me = await sv.creator();
        const [byHand, stateByHand] = [sv.get("oauth_code"), sv.get("oauth_state")];
        if (byHand) return sv.set({ callback_code: byHand, callback_state: stateByHand });
        const channel_id = me.channel_id || await sv.newAccount("youtube", { videos: 3 });
        const { code, state } = await sv.authorize(me, channel_id);
        sv.save("", { ...me, channel_id });
        sv.set({ callback_code: code, callback_state: state });
      },
      answers: 200,
      after: async () => {
        const { social_account_id } = pm.response.json<{ social_account_id: string }>();
        const used = sv.sent<{ code: string; state: string }>();
        sv.expect("has social_account_id", social_account_id, (to) => to.match(/^[0-9a-f-]{36}$/));
        pm.test("tells no token", () => {
          const isTold = /access_token|refresh_token|ya29/.test(pm.response.text());
          pm.expect(isTold, "a token in the answer").to.equal(false);
        });
        sv.set({ social_account_id });
        pm.environment.set("oauth_code", "");
        const me = await sv.creator();
        const again = await sv.call("oauth-youtube-callback", me, used);
        sv.expectProblem("takes a state once", again, 400, "oauth_state_invalid");
        const state = `made-up-${sv.random()}`;
        const invented = await sv.call("oauth-youtube-callback", me, { code: used.code, state });
        sv.expectProblem("refuses an invented state", invented, 400, "oauth_state_invalid");
        if (!sv.get("simulator_url")) return;
        const mine = await sv.authorize(me, me.channel_id);
        const thief = await sv.call("oauth-youtube-callback", await sv.other(), mine);
        sv.expectProblem("refuses another creator's state", thief, 400, "oauth_state_invalid");
        const healed = await sv.call("oauth-youtube-callback", me, mine);
        pm.test("connects the same channel again as the same account", () => {
          pm.expect(healed.status).to.equal(200);
          pm.expect(healed.body.social_account_id).to.equal(social_account_id);
        });
      },
    },
    {
      name: "2.3 Verify Connection Created",
      about:
        "The connection knows its scopes and when the access token ends. No token is in it, and the name of its Vault secret is the service's to read (2.4).",
      send: `${CONNECTION},scopes,token_expires_at,is_active,last_refreshed_at,created_at`,
      scope: { YOUTUBE_SCOPE },
      before: () => sv.connected(),
      answers: 200,
      after: async () => {
        const rows = pm.response.json<[Connection]>();
        const [connection] = rows;
        pm.test("returns one active connection of the creator", () => {
          pm.expect(rows).to.be.an("array").with.lengthOf(1);
          pm.expect(connection).to.include({ user_id: sv.get("user_id"), is_active: true });
        });
        sv.expect(
          "was granted the scope that was asked for",
          connection.scopes,
          (to) => to.include(YOUTUBE_SCOPE),
        );
        sv.expect(
          "knows when the access token ends",
          Date.parse(connection.token_expires_at ?? ""),
          (to) => to.be.above(Date.now()),
        );
        pm.test("shows no token", () => {
          pm.expect(/ya29\.|1\/\/0/.test(pm.response.text()), "a token in the row").to.equal(false);
        });
        const own = `user_id=eq.${sv.get("user_id")}`;
        const ids = `${own}&select=id`;
        const seen = await sv.list("platform_connection", ids, await sv.other());
        sv.expectRows("hides it from another creator", seen, 0);
        sv.expectHidden("hides it from a visitor", await sv.list("platform_connection", ids));
        const me = await sv.creator();
        const name = await sv.list("platform_connection", "select=vault_secret_name", me);
        pm.test("keeps the secret's name to the service", () => {
          pm.expect(name.status).to.equal(403);
          pm.expect(name.body.code).to.equal("42501");
        });
        const vault_secret_name = "streamvibe/connection/of-somebody-else";
        const forged = await sv.patch("platform_connection", own, me, { vault_secret_name });
        sv.expect("refuses its owner to point it at another secret", forged.status, (to) => to.equal(403));
      },
    },
    {
      name: "2.4 Verify Token in Vault (admin check)",
      about:
        "With the secret key: the row names a secret, and the service finds tokens behind that name. The script asserts that they are there and prints none of them; nobody but the service may ask.",
      send: `${CONNECTION},vault_secret_name,is_active`,
      as: "service",
      scope: { TABLES },
      before: () => sv.connected(),
      answers: 200,
      after: async () => {
        const [connection] = pm.response.json();
        sv.expect(
          "the service sees the connection and the name of its secret",
          connection,
          (to) =>
            to.include({
              user_id: sv.get("user_id"),
              is_active: true,
              vault_secret_name: `streamvibe/connection/${connection.id}`,
            }),
        );
        const me = await sv.connected();
        const secret = await sv.vault(me.social_account_id);
        const { access_token = "", refresh_token = "" } = secret.status === 200 ? secret.body.tokens : {};
        // Asserts only that they exist: a value that an assertion compares would appear in the report.
        pm.test("Vault holds an access token and a refresh token", () => {
          pm.expect(secret.status).to.equal(200);
          pm.expect(access_token.length > 20, "an access token").to.equal(true);
          pm.expect(refresh_token.length > 20, "a refresh token").to.equal(true);
        });
        let everything = "";
        for (const table of TABLES) {
          const owner = table === "users" ? "id" : "user_id";
          const rows = await sv.list(table, `${owner}=eq.${me.user_id}&select=*`, "service");
          everything += JSON.stringify(rows.body);
        }
        sv.expectNoToken(
          "none of the creator's rows holds one of them",
          { access_token, refresh_token },
          everything,
        );
        const callers = { "its owner": me, "another creator": await sv.other(), "a visitor": undefined };
        const json = { p_user_id: me.user_id, p_social_account_id: me.social_account_id };
        for (const [who, caller] of Object.entries(callers)) {
          const refused = await sv.rpc("read_connection", caller, json);
          pm.test(`refuses to read the secret for ${who}`, () => {
            pm.expect(refused.status).to.be.oneOf([401, 403, 404]);
            const isTold = /ya29|access_token/.test(JSON.stringify(refused.body));
            pm.expect(isTold, "a token in the refusal").to.equal(false);
          });
        }
      },
    },
    {
      name: "2.5 Verify Social Account Created",
      about: "The account has the channel's details, its platform and status.",
      send:
        `GET /rest/v1/social_account?id=eq.{{social_account_id}}&${ACCOUNT},username,avatar_url,sync_mode`,
      before: () => sv.connected(),
      answers: 200,
      after: async () => {
        const rows = pm.response.json<[{ platform: { slug: string } } & Record<string, unknown>]>();
        const [account] = rows;
        const { social_account_id: id, user_id, channel_id } = sv.load();
        pm.test("returns the creator's account", () => {
          pm.expect(rows).to.have.lengthOf(1);
          pm.expect(account).to.include({ id, user_id });
        });
        pm.test("is an active YouTube account", () => {
          pm.expect(account.platform.slug).to.equal("youtube");
          pm.expect(account).to.include({ status: "active", deleted_at: null });
        });
        pm.test("has the channel's details", () => {
          pm.expect(account.platform_account_id).to.match(/^UC[\w-]{22}$/);
          pm.expect(account.display_name).to.be.a("string").and.not.empty;
          pm.expect(account.profile_url).to.match(/^https:\/\/(www\.)?youtube\.com\//);
          pm.expect(account.followers_count).to.be.a("number").and.at.least(0);
        });
        if (channel_id) {
          sv.expect(
            "is the channel that was chosen on the consent page",
            account.platform_account_id,
            (to) => to.equal(channel_id),
          );
        }
        const seen = await sv.list("social_account", `id=eq.${id}&select=id`, await sv.other());
        sv.expectRows("hides it from another creator", seen, 0);
      },
    },
    {
      name: "2.6 Test Max Accounts Quota (try to add 2nd account on free tier)",
      about:
        "The free tier has one account. A second channel is refused with 402, and nothing is half done. Against Google's own consent page this request is skipped.",
      send: "POST /functions/v1/oauth-youtube-callback",
      json: { code: "{{second_code}}", state: "{{second_state}}" },
      needs: "simulator_url",
      before: async () => {
        const me = await sv.connected();
        const second = await sv.newAccount("youtube", { videos: 1 });
        const { code, state } = await sv.authorize(me, second);
        sv.set({ second_code: code, second_state: state });
      },
      answers: 402,
      after: async () => {
        sv.expectProblem("refuses a second account on the free tier", sv.response(), 402, "quota_exceeded");
        sv.expect(
          "names the quota, the limit and what is used",
          pm.response.json(),
          (to) => to.include({ quota: "social_accounts", limit: 1, used: 1 }),
        );
        const me = await sv.connected();
        for (const table of ["social_account", "platform_connection"]) {
          const rows = await sv.list(table, `user_id=eq.${me.user_id}&select=id`, "service");
          sv.expectRows(`leaves one row in ${table}`, rows, 1);
        }
        const json = await sv.authorize(me, me.channel_id);
        const again = await sv.call("oauth-youtube-callback", me, json);
        pm.test("still lets the first channel be connected again", () => {
          pm.expect(again.status).to.equal(200);
          pm.expect(again.body.social_account_id).to.equal(me.social_account_id);
        });
      },
    },
    {
      name: "2.7 List User's Social Accounts",
      about: "The list that a creator sees: one account, counted by the Data API.",
      send:
        "GET /rest/v1/social_account?deleted_at=is.null&order=created_at.asc&select=id,user_id,username," +
        "display_name,followers_count,sync_mode,last_synced_at,platform(slug)",
      headers: { Prefer: "count=exact" },
      before: () => sv.connected(),
      answers: 200,
      after: async () => {
        const rows = pm.response.json();
        pm.test("counts one account", () => {
          pm.expect(pm.response.headers.get("content-range")).to.equal("0-0/1");
          pm.expect(rows).to.have.lengthOf(1);
        });
        sv.expect(
          "lists the creator's own only",
          rows[0],
          (to) => to.include({ user_id: sv.get("user_id"), id: sv.get("social_account_id") }),
        );
        const seen = await sv.list("social_account", "select=id", await sv.other());
        sv.expectRows("another creator's list is empty", seen, 0);
        sv.expectHidden("a visitor sees none", await sv.list("social_account", "select=id"));
      },
    },
    {
      name: "2.8 Disconnect Account (soft delete)",
      about: "Revokes at the provider, deletes the Vault secret, soft-deletes the account. Content stays.",
      send: "POST /functions/v1/disconnect-account",
      json: { social_account_id: "{{social_account_id}}" },
      scope: { refuseThief, expectDisconnected },
      before: async () => refuseThief((await sv.connected()).social_account_id),
      answers: 200,
      after: async () => {
        const { social_account_id } = sv.sent<{ social_account_id: string }>();
        sv.expectNow("has disconnected_at: now", pm.response.json<Disconnected>().disconnected_at);
        pm.collectionVariables.unset("social_account_id");
        await expectDisconnected("", social_account_id);
        const query = `id=eq.${social_account_id}&select=deleted_at,status`;
        const { body } = await sv.list<[{ deleted_at: string; status: string }]>(
          "social_account",
          query,
          "service",
        );
        pm.test("keeps the row, marked as deleted and disconnected", () => {
          pm.expect(body).to.have.lengthOf(1);
          pm.expect(Date.parse(body[0].deleted_at)).to.be.above(0);
          pm.expect(body[0].status).to.equal("disconnected");
        });
        if (!sv.get("simulator_url")) return;
        const back = await sv.connected();
        sv.expect(
          "lets the same channel come back as the same account",
          back.social_account_id,
          (to) => to.equal(social_account_id),
        );
        const gone = await sv.call("disconnect-account", back, { social_account_id });
        sv.expect("and go again", gone.status, (to) => to.equal(200));
        pm.collectionVariables.unset("social_account_id");
      },
    },
    ...onEveryPlatform(2, (platform, prefix) => [
      {
        name: `Get OAuth URL (POST /oauth-${platform.slug}-init)`,
        about:
          `Answers ${platform.title}'s consent page with a random state and the least scopes, as 2.1 does for YouTube.`,
        send: `POST /functions/v1/oauth-${platform.slug}-init`,
        json: {},
        scope: { expectConsentPage },
        before: async () => sv.save(prefix, await sv.newCreator()),
        answers: 200,
        after: async () => {
          const { authorization_url, state } = pm.response.json<Flow>();
          const { slug, hasPkce, scopes } = platform;
          const address = sv.query(authorization_url);
          pm.test("asks for a code under the given state", () => {
            pm.expect(state.length).to.be.at.least(32);
            expectConsentPage(address, state);
          });
          sv.expect(
            "asks to read",
            scopes.filter((scope) => !(address.scope || "").split(/[ ,]/).includes(scope)),
            (to) => to.eql([]),
          );
          pm.test(
            hasPkce
              ? "carries a PKCE challenge (S256)"
              : "carries no PKCE challenge, which the platform does not have",
            () => {
              pm.expect(address.code_challenge_method).to.equal(hasPkce ? "S256" : undefined);
              pm.expect(/^[\w-]{43}$/.test(address.code_challenge ?? "")).to.equal(hasPkce);
            },
          );
          sv.expect(
            "tells no client secret and no verifier",
            address,
            (to) => to.not.have.any.keys("client_secret", "code_verifier"),
          );
          const stranger = await sv.call(`oauth-${slug}-init`, undefined, {});
          sv.expectProblem("refuses a caller without a session", stranger, 401, "unauthorized");
        },
      },
      {
        name: `Simulate Callback (POST /oauth-${platform.slug}-callback)`,
        about:
          `Takes the code and the state that ${platform.title}'s consent page gave, once, from the creator who asked. Skipped where there is no simulator.`,
        send: `POST /functions/v1/oauth-${platform.slug}-callback`,
        json: {
          code: `{{${prefix}code}}`,
          state: `{{${prefix}state}}`,
          account_id: `{{${prefix}channel_id}}`,
        },
        before: async () => {
          const { slug } = platform;
          const me = await sv.creator(prefix);
          const channel_id = me.channel_id || await sv.newAccount(slug, {});
          const { code, state } = await sv.authorize(me, channel_id, slug);
          sv.save(prefix, { ...me, channel_id });
          sv.set({ [`${prefix}code`]: code, [`${prefix}state`]: state });
        },
        answers: 200,
        after: async () => {
          const { social_account_id } = pm.response.json<{ social_account_id: string }>();
          const callback = `oauth-${platform.slug}-callback`;
          const used = sv.sent();
          sv.expect("has social_account_id", social_account_id, (to) => to.match(/^[0-9a-f-]{36}$/));
          sv.set({ [`${prefix}social_account_id`]: social_account_id });
          const { tokens } = await sv.must("read the tokens", 200, sv.vault(social_account_id));
          sv.expectNoToken("tells no token", tokens, pm.response.text());
          const me = sv.load(prefix);
          const again = await sv.call(callback, me, used);
          sv.expectProblem("takes a state once", again, 400, "oauth_state_invalid");
          const json = await sv.authorize(me, me.channel_id, platform.slug);
          const thief = await sv.call(callback, await sv.other(), json);
          sv.expectProblem("refuses another creator's state", thief, 400, "oauth_state_invalid");
          const healed = await sv.call(callback, me, json);
          pm.test("connects the same account again as the same account", () => {
            pm.expect(healed.status).to.equal(200);
            pm.expect(healed.body.social_account_id).to.equal(social_account_id);
          });
        },
      },
      {
        name: "Verify Connection and Social Account",
        about:
          "The account has its details and its platform, the connection its scopes, Vault the tokens, and no answer a token.",
        send: `GET /rest/v1/social_account?id=eq.{{${prefix}social_account_id}}&${ACCOUNT}`,
        before: () => sv.connected(prefix, {}, platform.slug),
        answers: 200,
        after: async () => {
          const rows = pm.response.json<[{ platform: { slug: string } } & Record<string, unknown>]>();
          const [account] = rows;
          const { social_account_id: id, user_id, channel_id: platform_account_id } = sv.load(prefix);
          pm.test(`returns the creator's active account of ${platform.title}, the one that was chosen`, () => {
            pm.expect(rows).to.have.lengthOf(1);
            pm.expect(account).to.include({
              id,
              user_id,
              platform_account_id,
              status: "active",
              deleted_at: null,
            });
            pm.expect(account.platform.slug).to.equal(platform.slug);
          });
          pm.test("has the account's details", () => {
            const site = new RegExp(`^https://(www\\.)?${platform.site.replace(".", "\\.")}/`);
            pm.expect(account.display_name).to.be.a("string").and.not.empty;
            pm.expect(account.profile_url).to.match(site);
            pm.expect(account.followers_count).to.be.a("number").and.at.least(0);
          });
          const query = "select=id,is_active,scopes,token_expires_at";
          const connections = await sv.list<[Connection]>("platform_connection", query, sv.load(prefix));
          sv.expectRows("has one connection", connections, 1);
          pm.test("the connection is active, with the scopes that were asked for, and lives", () => {
            const [{ is_active, scopes, token_expires_at }] = connections.body;
            pm.expect(is_active).to.equal(true);
            // The connection may also have publishing scopes, if the operator requests them (PLATFORM_PUBLISHING).
            pm.expect(platform.scopes.filter((scope) => !scopes.includes(scope)), "missing scopes").to.eql(
              [],
            );
            if (token_expires_at !== null) pm.expect(Date.parse(token_expires_at)).to.be.above(Date.now());
          });
          const secret = await sv.vault(id);
          pm.test("Vault holds an access token", () => {
            pm.expect(secret.status).to.equal(200);
            pm.expect((secret.body.tokens.access_token ?? "").length > 20, "an access token").to.equal(true);
          });
          const seen = pm.response.text() + JSON.stringify(connections.body);
          sv.expectNoToken("tells no token", secret.body.tokens, seen);
          const hidden = await sv.list("social_account", `id=eq.${id}&select=id`, await sv.other());
          sv.expectRows("hides the account from another creator", hidden, 0);
        },
      },
      {
        name: "Disconnect Account (soft delete)",
        about: "Ends the grant where the platform can, deletes the Vault secret, soft-deletes the account.",
        send: "POST /functions/v1/disconnect-account",
        json: { social_account_id: `{{${prefix}social_account_id}}` },
        scope: { refuseThief, expectDisconnected },
        before: async () => {
          const me = await sv.connected(prefix, {}, platform.slug);
          await refuseThief(me.social_account_id);
        },
        answers: 200,
        after: async () => {
          const { disconnected_at, revoked } = pm.response.json<Disconnected>();
          const { social_account_id } = sv.sent<{ social_account_id: string }>();
          const what = platform.canRevoke
            ? "has ended the grant at the platform"
            : "says that the platform cannot end a grant";
          pm.collectionVariables.unset(`${prefix}social_account_id`);
          sv.expectNow("has disconnected_at: now", disconnected_at);
          sv.expect(what, revoked, (to) => to.equal(platform.canRevoke));
          await expectDisconnected(prefix, social_account_id);
        },
      },
    ]),
    {
      name: "2.25 Meta: Report That a Person Removed the App (POST /meta-deauthorize)",
      about:
        "What Meta posts when somebody removes the app at Instagram or Facebook, signed with the app's secret. The person here is nobody's, so nothing is disconnected. Skipped where `meta_app_secret` is empty.",
      send: "POST /functions/v1/meta-deauthorize",
      as: "nobody",
      needs: "meta_app_secret",
      form: { signed_request: "{{signed_request}}" },
      scope: { signAsMeta, expectReceived },
      before: () => signAsMeta(),
      after: async () => {
        expectReceived();
        const forged = sv.get("signed_request").replace(/^./, (first) => first === "A" ? "B" : "A");
        const answer = await sv.send("/functions/v1/meta-deauthorize", { form: { signed_request: forged } });
        sv.expectProblem("a signature with one letter changed", answer, 401, "unauthorized");
      },
    },
    {
      name: "2.26 Meta: Ask for Erasure (POST /meta-data-deletion)",
      about:
        "What Meta posts when somebody wants their data erased. The answer is what Meta shows the person. Skipped where `meta_app_secret` is empty.",
      send: "POST /functions/v1/meta-data-deletion",
      as: "nobody",
      needs: "meta_app_secret",
      form: { signed_request: "{{signed_request}}" },
      scope: { signAsMeta },
      before: () => signAsMeta(),
      after: () => {
        const { url, confirmation_code } = pm.response.json<{ url: string; confirmation_code: string }>();
        pm.test("gives a code and where it can be looked up", () => {
          pm.response.to.have.status(200);
          pm.expect(confirmation_code).to.match(/^[0-9a-f-]{36}$/);
          pm.expect(url).to.include("/functions/v1/data-deletion-status?").and.include(confirmation_code);
        });
        sv.set({ deletion_status: url.slice(url.indexOf("/functions/v1/")) });
      },
    },
    {
      name: "2.27 Meta: See How Far It Is (GET /data-deletion-status)",
      about: "The link of 2.26, as the person opens it: no key, no account, only the code.",
      send: "GET {{deletion_status}}",
      as: "nobody",
      needs: "deletion_status",
      after: () =>
        pm.test("says it in words", () => {
          pm.response.to.have.status(200);
          pm.expect(pm.response.headers.get("content-type")).to.match(/^text\/plain/);
          pm.expect(pm.response.text()).to.match(/^You asked Meta on .+\nNothing had to be erased/);
        }),
    },
    {
      name: "2.28 TikTok: Report That a Creator Took the Access Back (POST /tiktok-webhook)",
      about:
        "What TikTok posts when a creator takes the access back there, signed with the client's secret over the time and the body. The creator here is nobody's, so nothing is disconnected. Skipped where `tiktok_client_secret` is empty.",
      send: "POST /functions/v1/tiktok-webhook",
      as: "nobody",
      needs: "tiktok_client_secret",
      raw: "{{tiktok_report}}",
      headers: { "TikTok-Signature": "{{tiktok_signature}}" },
      scope: { expectReceived },
      before: () => {
        const create_time = Math.floor(Date.now() / 1000);
        const tiktok_report = JSON.stringify({
          client_key: "any",
          event: "authorization.removed",
          create_time,
          user_openid: `nobody-${sv.random()}`,
          content: '{"reason":1}',
        });
        const signature = CryptoJS.HmacSHA256(
          `${create_time}.${tiktok_report}`,
          sv.get("tiktok_client_secret"),
        );
        sv.set({ tiktok_report, tiktok_signature: `t=${create_time},s=${signature}` });
      },
      after: async () => {
        expectReceived();
        const json = { ...JSON.parse(sv.get("tiktok_report")), event: "another" };
        const headers = { "TikTok-Signature": sv.get("tiktok_signature") };
        const answer = await sv.send("/functions/v1/tiktok-webhook", { json, headers });
        sv.expectProblem("a report that was changed after it was signed", answer, 401, "unauthorized");
      },
    },
  ],
} satisfies Scenario;
