import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type Answered, type SimulatorClient, withSimulator } from "./simulator_client.ts";
import { hasOpenApi, openApiParameters, validateAgainstOpenApi } from "./validate_against_openapi.ts";

const redirect_uri = "http://localhost:3000/oauth/callback";
const verifier = "a-code-verifier-of-at-least-forty-three-characters";
const basic = `Basic ${btoa("streamvibe-local-twitter:local-twitter-simulator")}`;
const parameters = {
  response_type: "code",
  client_id: "streamvibe-local-twitter",
  redirect_uri,
  scope: "tweet.read users.read offline.access",
  state: "state",
  code_challenge: createHash("sha256").update(verifier).digest("base64url"),
  code_challenge_method: "S256",
};

const all_post_fields =
  "created_at,lang,attachments,entities,public_metrics,conversation_id,note_post,possibly_sensitive,article";
const all_media_fields = "alt_text,duration_ms,height,preview_image_url,public_metrics,url,variants,width";

function get(simulator: SimulatorClient, path: string, token: string): Promise<Response> {
  return fetch(`${simulator.url}/api.x.com/2/${path}`, { headers: { authorization: `Bearer ${token}` } });
}

function authorize(
  simulator: SimulatorClient,
  account_id: string,
  changes: Record<string, string | null> = {},
) {
  const query = new URLSearchParams(parameters);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) query.delete(name);
    else query.set(name, value);
  }
  return fetch(`${simulator.url}/x.com/i/oauth2/authorize?${query}`, {
    method: "POST",
    headers: { accept: "application/json" },
    body: new URLSearchParams({ account: account_id, decision: "allow" }),
  });
}

function token(
  simulator: SimulatorClient,
  form: Record<string, string>,
  authorization: string | null = basic,
) {
  return fetch(`${simulator.url}/api.x.com/2/oauth2/token`, {
    method: "POST",
    headers: authorization === null ? {} : { authorization },
    body: new URLSearchParams(form),
  });
}

async function codeOf(response: Response): Promise<string> {
  return new URL((await response.json()).location).searchParams.get("code") ?? "";
}

Deno.test(
  "X: responses match X's own specification, member by member",
  { ignore: !hasOpenApi() },
  () =>
    withSimulator(async (simulator) => {
      const account_id = await simulator.account("twitter", { items: 200, seed: 5 });
      const { access_token } = await simulator.issue("twitter", account_id);
      const me = await (await get(
        simulator,
        "users/me?user.fields=created_at,description,profile_image_url,protected,public_metrics,verified&post.fields=id",
        access_token,
      )).json();
      assert.deepEqual(validateAgainstOpenApi("/2/users/me", me), []);
      const fields =
        `post.fields=${all_post_fields}&expansions=attachments.media_keys,article.cover_media&media.fields=${all_media_fields}`;
      const seen = { posts: 0, media: 0, long: 0, urls: 0, hashtags: 0, articles: 0 };
      for (let next: string | undefined = "";;) {
        const page: Answered = await (await get(
          simulator,
          `users/${account_id}/tweets?max_results=100&${fields}${next ? `&pagination_token=${next}` : ""}`,
          access_token,
        )).json();
        assert.deepEqual(validateAgainstOpenApi("/2/users/{id}/tweets", page), []);
        for (const post of page.data ?? []) {
          seen.posts += 1;
          seen.long += post.note_post ? 1 : 0;
          seen.urls += post.entities?.urls?.length ?? 0;
          for (const { start, end, url } of post.entities?.urls ?? []) {
            assert.equal([...post.text].slice(start, end).join(""), url, "positions count characters");
          }
          for (const { start, end, tag } of post.entities?.hashtags ?? []) {
            assert.equal([...post.text].slice(start, end).join(""), `#${tag}`);
            seen.hashtags += 1;
          }
          if (!post.article) continue;
          seen.articles += 1;
          assert.match(post.text, /^https:\/\/t\.co\/\w+$/);
          assert.ok(
            page.includes?.media.some((one: { media_key: string }) =>
              one.media_key === post.article.cover_media
            ),
          );
        }
        seen.media += page.includes?.media.length ?? 0;
        next = page.meta.next_token;
        if (next === undefined) break;
      }
      assert.ok(seen.posts > 150 && seen.media > 50 && seen.long > 5 && seen.urls > 50, JSON.stringify(seen));
      assert.ok(seen.hashtags > 50 && seen.articles > 0, JSON.stringify(seen));
      const { items } = await simulator.admin("GET", `twitter/accounts/${account_id}/items`);
      await simulator.admin("DELETE", `twitter/accounts/${account_id}/items/${items[0].id}`);
      const some =
        await (await get(simulator, `tweets?ids=${items[0].id},${items[1].id}&${fields}`, access_token))
          .json();
      assert.deepEqual(validateAgainstOpenApi("/2/tweets", some), []);
      assert.equal(some.errors[0].type, "https://api.x.com/2/problems/resource-not-found");
      const old =
        await (await get(simulator, `tweets?ids=${items[1].id}&tweet.fields=public_metrics`, access_token))
          .json();
      assert.match(validateAgainstOpenApi("/2/tweets", old).join(), /edit_history_tweet_ids.*retweet_count/);
      const taken = openApiParameters("/2/users/{id}/tweets");
      for (
        const name of [
          "max_results",
          "pagination_token",
          "exclude",
          "post.fields",
          "media.fields",
          "expansions",
        ]
      ) {
        assert.ok(taken.includes(name), name);
      }
    }),
);

Deno.test("X: authorization needs PKCE, a state, known scopes and a registered redirect URI", () =>
  withSimulator(async (simulator) => {
    const account_id = await simulator.account("twitter", { items: 1 });
    const wrong: Record<string, string | null>[] = [{ client_id: "other" }, {
      redirect_uri: "https://example.com/",
    }, { state: null }];
    for (const changes of wrong) {
      const response = await authorize(simulator, account_id, changes);
      assert.equal(response.status, 400, JSON.stringify(changes));
      await response.body?.cancel();
    }
    const refused: [Record<string, string | null>, string][] = [
      [{ code_challenge: null }, "invalid_request"],
      [{ code_challenge_method: "plain" }, "invalid_request"],
      [{ scope: "tweet.read everything" }, "invalid_scope"],
      [{ response_type: "token" }, "unsupported_response_type"],
    ];
    for (const [changes, error] of refused) {
      const { location } = await (await authorize(simulator, account_id, changes)).json();
      assert.equal(new URL(location).searchParams.get("error"), error);
    }
    const page = await fetch(`${simulator.url}/x.com/i/oauth2/authorize?${new URLSearchParams(parameters)}`);
    assert.match(await page.text(), /<form method="post"/);
  }));

Deno.test("X: a code is valid for 30 seconds and works once, with its verifier and a confidential client", () =>
  withSimulator(async (simulator) => {
    const account_id = await simulator.account("twitter", { items: 1 });
    const form = (code: string) => ({
      grant_type: "authorization_code",
      code,
      redirect_uri,
      code_verifier: verifier,
    });
    const refusal = async (response: Response, status: number, error: string) => {
      assert.equal(response.status, status);
      assert.equal((await response.json()).error, error);
    };
    const code = await codeOf(await authorize(simulator, account_id));
    await refusal(await token(simulator, form(code), null), 401, "unauthorized_client");
    await refusal(await token(simulator, form(code), `Basic ${btoa("a:b")}`), 401, "invalid_client");
    const answer = await (await token(simulator, form(code))).json();
    assert.deepEqual([answer.token_type, answer.expires_in, answer.scope], [
      "bearer",
      7200,
      parameters.scope,
    ]);
    await refusal(await token(simulator, form(code)), 400, "invalid_request");
    const late = await codeOf(await authorize(simulator, account_id));
    await simulator.admin("POST", "clock", { advance_seconds: 31 });
    await refusal(await token(simulator, form(late)), 400, "invalid_request");
    const other = await codeOf(await authorize(simulator, account_id));
    await refusal(
      await token(simulator, { ...form(other), code_verifier: `${verifier}x` }),
      400,
      "invalid_request",
    );
    const online = await codeOf(await authorize(simulator, account_id, { scope: "tweet.read users.read" }));
    assert.equal((await (await token(simulator, form(online))).json()).refresh_token, undefined);
  }));

Deno.test("X: every response reports its rate limit window, which ends after 15 minutes; each account has its own", () =>
  withSimulator(async (simulator) => {
    const [one, other] = [
      await simulator.account("twitter", { items: 1 }),
      await simulator.account("twitter", { items: 1 }),
    ];
    const { access_token } = await simulator.issue("twitter", one);
    await simulator.admin("PUT", "twitter/quota", { account_id: one, bucket: "users/me", limit: 2 });
    const left = async (bearer: string) => {
      const response = await get(simulator, "users/me", bearer);
      await response.body?.cancel();
      return [response.status, response.headers.get("x-rate-limit-remaining")];
    };
    assert.deepEqual([await left(access_token), await left(access_token)], [[200, "1"], [200, "0"]]);
    const full = await get(simulator, "users/me", access_token);
    assert.equal(full.status, 429);
    const reset = Number(full.headers.get("x-rate-limit-reset"));
    assert.ok(reset > Date.now() / 1_000 && reset <= Date.now() / 1_000 + 900);
    assert.equal((await full.json()).title, "Too Many Requests");
    assert.deepEqual(await left((await simulator.issue("twitter", other)).access_token), [200, "74"]);
    await simulator.admin("POST", "clock", { advance_seconds: 901 });
    assert.deepEqual(await left(access_token), [200, "1"]);
  }));

Deno.test("X: daily limits of the user and the app are reported once they are set, and end a day after the first call", () =>
  withSimulator(async (simulator) => {
    const one = await simulator.account("twitter", { items: 1 });
    const { access_token } = await simulator.issue("twitter", one);
    const told = async (bearer = access_token) => {
      const { status, headers, body } = await get(simulator, "users/me", bearer);
      await body?.cancel();
      return [
        status,
        headers.get("x-user-limit-24hour-remaining"),
        headers.get("x-app-limit-24hour-remaining"),
      ];
    };
    assert.deepEqual(await told(), [200, null, null]);
    await simulator.admin("PUT", "twitter/quota", { account_id: one, bucket: "user/24h", limit: 2 });
    assert.deepEqual([await told(), await told()], [[200, "0", null], [429, "0", null]]);
    await simulator.admin("PUT", "twitter/quota", { bucket: "app/24h", limit: 0 });
    const { access_token: other } = await simulator.issue("twitter", await simulator.account("twitter", {}));
    assert.deepEqual(await told(other), [429, null, "0"]);
    await simulator.admin("PUT", "twitter/quota", { bucket: "app/24h", limit: 9 });
    await simulator.admin("POST", "clock", { advance_seconds: 86_400 });
    const next = await simulator.issue("twitter", one);
    assert.deepEqual(await told(next.access_token), [200, "1", "8"]);
  }));

Deno.test("X: without credits every call returns 402 with one of two bodies, and the rate limit headers stay", () =>
  withSimulator(async (simulator) => {
    const titles = new Set<string>();
    for (let seed = 1; seed < 9; seed++) {
      const account_id = await simulator.account("twitter", { items: 1, seed });
      await simulator.admin("PUT", "twitter/quota", { account_id, bucket: "credits", limit: 0 });
      const response = await get(
        simulator,
        "users/me",
        (await simulator.issue("twitter", account_id)).access_token,
      );
      assert.equal(response.status, 402);
      assert.ok(response.headers.get("x-rate-limit-remaining"));
      titles.add((await response.json()).title);
    }
    assert.deepEqual([...titles].sort(), ["CreditsDepleted", "Payment Required"]);
  }));

Deno.test("X: unknown parameters are refused by name, and so is tweet.fields if only post.fields is accepted", () =>
  withSimulator(async (simulator) => {
    const account_id = await simulator.account("twitter", { items: 10 });
    const { access_token } = await simulator.issue("twitter", account_id);
    const refused = async (query: string, parameter: string) => {
      const response = await get(simulator, `users/${account_id}/tweets?${query}`, access_token);
      assert.equal(response.status, 400, query);
      const body = await response.json();
      assert.equal(body.type, "https://api.x.com/2/problems/invalid-request");
      assert.deepEqual(Object.keys(body.errors[0].parameters), [parameter]);
    };
    await refused("max_results=4", "max_results");
    await refused("max_results=101", "max_results");
    await refused("pagination_token=nonsense", "pagination_token");
    await refused("post.fields=note_tweet", "post.fields");
    await refused("fields=text", "fields");
    const both = async (name: string) => {
      const response = await get(
        simulator,
        `users/${account_id}/tweets?${name}=public_metrics`,
        access_token,
      );
      return Object.keys((await response.json()).data[0]).filter((key) => key.startsWith("edit_history"));
    };
    assert.deepEqual(await both("tweet.fields"), ["edit_history_tweet_ids"]);
    assert.deepEqual(await both("post.fields"), ["edit_history_post_ids"]);
    await simulator.admin("PUT", "twitter/naming", { account_id, accepts: "post" });
    await refused("tweet.fields=text", "tweet.fields");
  }));

Deno.test("X: the timeline ends at 3,200 posts, at 800 without replies, and leaves out retweets and replies on request", () =>
  withSimulator(async (simulator) => {
    const account_id = await simulator.account("twitter", {
      items: 3_500,
      plain: true,
      days_between: 1 / 24,
    });
    const { access_token } = await simulator.issue("twitter", account_id);
    const count = async (exclude: string) => {
      let found = 0;
      for (let next = "";;) {
        const path = `users/${account_id}/tweets?max_results=100${exclude}${next}`;
        const { data = [], meta } = await (await get(simulator, path, access_token)).json();
        found += data.length;
        if (!meta.next_token) return found;
        next = `&pagination_token=${meta.next_token}`;
      }
    };
    assert.equal(await count(""), 3_200);
    assert.equal(await count("&exclude=retweets,replies"), 800);
    const mixed = await simulator.account("twitter", { items: 5, plain: true });
    const bearer = (await simulator.issue("twitter", mixed)).access_token;
    for (const as of ["repost", "reply", "thread"]) {
      await simulator.admin("POST", `twitter/accounts/${mixed}/items`, { text: as, extra: { as } });
    }
    const listed = async (exclude: string) =>
      (await (await get(simulator, `users/${mixed}/tweets?max_results=100${exclude}`, bearer)).json()).data
        .length;
    assert.deepEqual(
      [await listed(""), await listed("&exclude=retweets"), await listed("&exclude=retweets,replies")],
      [8, 7, 5],
    );
  }));

Deno.test("X: a token without the scopes is refused, and a suspended account returns an error with status 200", () =>
  withSimulator(async (simulator) => {
    const account_id = await simulator.account("twitter", { items: 1 });
    const half = await simulator.issue("twitter", account_id, ["tweet.read"]);
    const refused = await get(simulator, "users/me", half.access_token);
    assert.equal(refused.status, 403);
    assert.equal((await refused.json()).title, "Forbidden");
    const { access_token } = await simulator.issue("twitter", account_id);
    await simulator.admin("PATCH", `twitter/accounts/${account_id}`, { suspended: true });
    const gone = await get(simulator, `users/${account_id}/tweets`, access_token);
    assert.equal(gone.status, 200);
    assert.match((await gone.json()).errors[0].detail, /suspended/);
  }));
