// What the scripts of all collections share. `deno run -A scripts/postman/embed_shared.ts` copies this file into the
// pre-request script of every collection, because Postman collections cannot import.
// A script begins with `const sv = streamvibe(pm, { setTimeout, clearTimeout })`: these three belong to one script run.
// deno-lint-ignore-file
streamvibe = (pm, timers) => {
  const get = (name) => pm.variables.get(name);
  const set = (values) => {
    for (const [name, value] of Object.entries(values)) pm.collectionVariables.set(name, value);
  };

  /** Runs asynchronous work to its end (a pending timer keeps the script alive). A failed set-up skips its request. */
  const run = (work) => {
    const alive = timers.setTimeout(() => {}, 170000);
    work().catch((error) => {
      pm.test(`${pm.info.eventName === "prerequest" ? "set-up" : "checks"}: ${error.message}`, () => {
        throw error;
      });
      if (pm.info.eventName === "prerequest") pm.execution.skipRequest();
    }).finally(() => timers.clearTimeout(alive));
  };

  /** One call beside the numbered requests. `as` is a creator, "service" (the secret key), or nobody. */
  const send = (url, { method, as, json, form, headers = {} } = {}) => {
    const outside = /^https?:/.test(url);
    const request = {
      url: outside ? url : get("api_url") + url,
      method: method || (json === undefined && form === undefined ? "GET" : "POST"),
      header: { Accept: "application/json", ...headers },
    };
    if (!outside) request.header.apikey = get(as === "service" ? "secret_key" : "publishable_key");
    if (as && as !== "service") request.header.Authorization = `Bearer ${as.access_token}`;
    if (json !== undefined) {
      request.header["Content-Type"] = "application/json";
      request.body = { mode: "raw", raw: JSON.stringify(json) };
    } else if (form !== undefined) {
      const urlencoded = Object.entries(form).map(([key, value]) => ({ key, value }));
      request.body = { mode: "urlencoded", urlencoded };
    }
    return new Promise((resolve, reject) => {
      pm.sendRequest(request, (error, response) => {
        if (error) return reject(new Error(`Cannot ${request.method} ${request.url}: ${error.message}`));
        const text = response.text();
        let body = text;
        try {
          body = JSON.parse(text);
        } catch {
          // Pages and empty answers stay text.
        }
        resolve({ status: response.code, body, header: (name) => response.headers.get(name) });
      });
    });
  };

  /** An answer that a set-up needs: anything but the wanted status ends it with the server's own words. */
  const must = async (what, status, answer) => {
    const { status: got, body } = await answer;
    if (got === status) return body;
    const said = body && (body.detail || body.msg || body.message) || "no message";
    throw new Error(`Cannot ${what}: the server answered ${got} (${said}), expected ${status}`);
  };

  const random = () => pm.variables.replaceIn("{{$guid}}");
  const newEmail = () =>
    (get("email_template") || "creator-{id}@example.com").replace("{id}", random().slice(0, 13));

  /** Variables of the collection's own creator have no prefix, those of the second one `other_`. */
  const FIELDS = ["user_id", "email", "password", "access_token", "expires_at", "social_account_id", "channel_id"];
  const load = (prefix = "") => Object.fromEntries(FIELDS.map((field) => [field, get(prefix + field)]));
  const save = (prefix, creator) => {
    for (const field of FIELDS) {
      if (creator[field] === undefined) pm.collectionVariables.unset(prefix + field);
      else pm.collectionVariables.set(prefix + field, creator[field]);
    }
    return creator;
  };

  const signIn = async (creator) => {
    const { email, password } = creator;
    const session = await must(
      "sign the creator in",
      200,
      send("/auth/v1/token?grant_type=password", { json: { email, password } }),
    );
    return { ...creator, access_token: session.access_token, expires_at: Date.now() + session.expires_in * 1000 };
  };

  /** A confirmed creator by the admin API: mails are phase 1's subject, and hosted projects send few of them an hour. */
  const newCreator = async () => {
    const credentials = { email: newEmail(), password: `pw-${random()}` };
    const user = await must(
      "make a creator",
      200,
      send("/auth/v1/admin/users", { as: "service", json: { ...credentials, email_confirm: true } }),
    );
    return await signIn({ user_id: user.id, ...credentials });
  };

  /** The collection's creator (or the second one), made at the first need and signed in again before the session ends. */
  const creator = async (prefix = "") => {
    const known = load(prefix);
    if (!known.access_token) return save(prefix, await newCreator());
    const late = known.expires_at && known.expires_at < Date.now() + 60000;
    return late && known.password ? save(prefix, await signIn(known)) : known;
  };

  const signUp = async () => {
    const credentials = { email: newEmail(), password: `pw-${random()}` };
    const user = await must("sign up", 200, send("/auth/v1/signup", { json: credentials }));
    return { user_id: (user.user || user).id, ...credentials };
  };

  /** The link that confirms an address: from the mailbox where there is one, else made with the secret key. */
  const confirmationLink = async ({ email, password }) => {
    const mailbox = get("mail_url");
    if (!mailbox) {
      const made = await must(
        "make a confirmation link",
        200,
        send("/auth/v1/admin/generate_link", { as: "service", json: { type: "signup", email, password } }),
      );
      return made.action_link || made.properties.action_link;
    }
    const list = await must(
      "read the mailbox",
      200,
      send(`${mailbox}/api/v1/messages?to=${encodeURIComponent(email)}`),
    );
    const [newest] = list.messages || list;
    if (!newest) throw new Error(`Cannot find a mail to ${email}: the mailbox has none`);
    const mail = await must("open the mail", 200, send(`${mailbox}/api/v1/message/${newest.id || newest.ID}`));
    const link = JSON.stringify(mail).match(/https?:\/\/[^\s"'<>\\]+\/auth\/v1\/verify\?[^\s"'<>\\]+/);
    if (!link) throw new Error("Cannot confirm the address: the mail has no link to /auth/v1/verify");
    return link[0].replace(/&amp;/g, "&");
  };

  /** A channel of the simulator's own making, so that runs do not meet. */
  const newChannel = async (settings) => {
    const simulator = get("simulator_url");
    if (!simulator) throw new Error("Cannot connect a channel by script: simulator_url is empty (see postman/README.md)");
    return await must("make a channel", 201, send(`${simulator}/_admin/youtube/channels`, { json: settings }));
  };

  /** The platforms beside YouTube: what their requests have in common is `platform(slug)`, what differs stands here. */
  const PLATFORMS = {
    instagram: {
      title: "Instagram",
      simulator: "instagram",
      scopes: ["instagram_business_basic", "instagram_business_manage_insights"],
      pkce: false,
      revocable: false,
      link: /^https:\/\/(www\.)?instagram\.com\//,
    },
    tiktok: {
      title: "TikTok",
      simulator: "tiktok",
      scopes: ["user.info.basic", "user.info.profile", "user.info.stats", "video.list"],
      pkce: false,
      revocable: true,
      link: /^https:\/\/(www\.)?tiktok\.com\//,
    },
    facebook: {
      title: "Facebook",
      simulator: "facebook",
      scopes: ["pages_read_engagement", "pages_show_list"],
      pkce: false,
      revocable: true,
      link: /^https:\/\/(www\.)?facebook\.com\//,
    },
    twitter: {
      title: "X",
      simulator: "x",
      scopes: ["offline.access", "tweet.read", "users.read"],
      pkce: true,
      revocable: true,
      link: /^https:\/\/(www\.)?x\.com\//,
    },
  };

  /** An account of a simulated platform with 20 items that everybody may see; its id is `channel_id`, as with YouTube. */
  const newAccount = async (slug) => {
    const path = `${get("simulator_url")}/_admin/${PLATFORMS[slug].simulator}/accounts`;
    const made = await must("make an account", 201, send(path, { json: { items: 20, plain: true } }));
    return { channel_id: made.account_id };
  };

  /** What a correct library of the channel must equal, from the simulator. */
  const channelVideos = async (channelId) => {
    const simulator = get("simulator_url");
    const list = await must("list the videos", 200, send(`${simulator}/_admin/youtube/channels/${channelId}/videos`));
    return list.videos || list;
  };

  /** Chooses the channel on the consent page and allows, like a person; code and state as the app would get them. */
  const consent = async (authorizationUrl, channelId) => {
    const url = `${authorizationUrl}&login_hint=${channelId}`;
    const page = await must("open the consent page", 200, send(url, { headers: { Accept: "text/html" } }));
    if (!page.includes(`value="${channelId}"`)) {
      throw new Error("Cannot grant access: the consent page does not offer the channel (see postman/README.md)");
    }
    return await allow(url, { channel: channelId });
  };

  /** The same on the pages of the other platforms, whose lists may be too long to hold the account. */
  const consentForm = async (authorizationUrl, accountId) => {
    await must("open the consent page", 200, send(authorizationUrl, { headers: { Accept: "text/html" } }));
    return await allow(authorizationUrl, { account: accountId });
  };

  const allow = async (url, form) => {
    // A script's request cannot stop at a redirect; asked for JSON, the simulator answers its address instead.
    const { location } = await must("grant access", 200, send(url, { form: { ...form, decision: "allow" } }));
    const answer = Object.fromEntries(
      location.split("#")[0].split("?")[1].split("&").map((pair) => pair.split("=").map(decodeURIComponent)),
    );
    if (!answer.code) throw new Error(`Cannot grant access: the consent page answered ${answer.error}`);
    return { code: answer.code, state: answer.state };
  };

  /** Asks for an authorization URL and grants access on its page: a code and a state for oauth-<slug>-callback. */
  const authorize = async (creator, accountId, slug = "youtube") => {
    const { authorization_url } = await must(
      "start the OAuth flow",
      200,
      send(`/functions/v1/oauth-${slug}-init`, { as: creator, json: {} }),
    );
    return await (slug === "youtube" ? consent : consentForm)(authorization_url, accountId);
  };

  /** The collection's creator (or the second one) with a connected channel, connected at the first need. */
  const connected = async (prefix = "", channel = { videos: 3 }, slug = "youtube") => {
    const me = await creator(prefix);
    if (me.social_account_id) return me;
    const { channel_id } = me.channel_id ? me : await (slug === "youtube" ? newChannel(channel) : newAccount(slug));
    const answer = await authorize(me, channel_id, slug);
    const { social_account_id } = await must(
      "connect the account",
      200,
      send(`/functions/v1/oauth-${slug}-callback`, {
        as: me,
        json: slug === "youtube" ? answer : { ...answer, account_id: channel_id },
      }),
    );
    return save(prefix, { ...me, social_account_id, channel_id });
  };

  /** Syncs the whole library: one unit of quota, as many calls of 50 as it takes. Answers the sums. */
  const syncAll = async ({ social_account_id, ...creator }, slug = "youtube") => {
    const sums = { calls: 0, synced_count: 0, new_items: 0, updated_items: 0 };
    for (let page = { social_account_id }; page; sums.calls++) {
      const answer = await must(
        "sync",
        200,
        send(`/functions/v1/sync-${slug}`, { as: creator, json: page }),
      );
      for (const key of ["synced_count", "new_items", "updated_items"]) sums[key] += answer[key];
      page = answer.has_more ? { social_account_id, sync_id: answer.sync_id } : undefined;
    }
    return sums;
  };

  /** The collection's creator with a whole library: connected and synced at the first need. */
  const synced = async () => {
    const me = await connected("", { videos: 60, seed: 8 });
    if (get("synced") !== me.social_account_id) {
      await syncAll(me);
      set({ synced: me.social_account_id });
    }
    return me;
  };

  /** A live item of the library whose title has at least two long words of plain letters, and these words. */
  const titledItem = async () => {
    const me = await synced();
    const path = `/rest/v1/content_item?social_account_id=eq.${me.social_account_id}&deleted_at=is.null&select=id,title`;
    for (const item of await must("read the library", 200, send(path, { as: me }))) {
      const words = (item.title || "").toLowerCase().match(/(?<![^\s])[a-z]{6,}(?![^\s])/g) || [];
      if (new Set(words).size >= 2) return { ...item, words: [...new Set(words)] };
    }
    throw new Error("Cannot choose words to search for: no title of the library has two long plain words");
  };

  /** Asserts what every edge function's answer carries: status, JSON, the request's own id, what is left of the rate. */
  const expectAnswer = (status) => {
    pm.test(`answers ${status}`, () => pm.response.to.have.status(status));
    pm.test("answers JSON", () => {
      pm.expect(pm.response.headers.get("content-type")).to.match(/^application\/(problem\+)?json/);
    });
    pm.test("returns the request's own x-request-id", () => {
      pm.expect(pm.response.headers.get("x-request-id")).to.equal(pm.request.headers.get("x-request-id"));
    });
    pm.test("says what is left of the rate limit", () => {
      const [limit, remaining, reset] = ["Limit", "Remaining", "Reset"]
        .map((name) => Number(pm.response.headers.get(`RateLimit-${name}`) ?? NaN));
      pm.expect(limit, "RateLimit-Limit").to.be.above(0);
      pm.expect(remaining, "RateLimit-Remaining").to.be.within(0, limit - 1);
      pm.expect(reset, "RateLimit-Reset").to.be.at.least(0);
    });
  };

  /** Asserts a refusal by an edge function: RFC 9457 problem details with a stable code. */
  const expectProblem = (what, answer, status, code) => {
    pm.test(`${what}: ${status} ${code}`, () => {
      pm.expect(answer.status, "status").to.equal(status);
      pm.expect(answer.header("content-type")).to.match(/^application\/problem\+json/);
      pm.expect(answer.body).to.include.all.keys("type", "title", "status", "code", "request_id");
      pm.expect(answer.body).to.include({ status, code, request_id: answer.header("x-request-id") });
    });
  };

  /** The request's own response in the form that `send` answers. */
  const response = () => ({
    status: pm.response.code,
    body: pm.response.json(),
    header: (name) => pm.response.headers.get(name),
  });

  const expectRows = (what, answer, count) => {
    pm.test(what, () => {
      pm.expect(answer.status).to.equal(200);
      pm.expect(answer.body).to.be.an("array").with.lengthOf(count);
    });
  };

  /**
   * The requests of a platform beside YouTube, one before and one after for each. Every platform has a creator of its own
   * on the free plan, in variables that begin with its slug.
   */
  const platform = (slug) => {
    const { title, simulator, scopes, pkce, revocable, link } = PLATFORMS[slug];
    const prefix = `${slug}_`;
    const flagged = `${prefix}synced`;
    /** Set-up that needs the platform's consent page; where there is no simulator, the request is skipped. */
    const before = (work) => run(async () => get("simulator_url") ? await work() : pm.execution.skipRequest());
    const ready = () => connected(prefix, undefined, slug);
    const mine = () => load(prefix);
    const call = (name, as, json) => send(`/functions/v1/${name}`, { method: "POST", as, json });
    const list = (table, query, as) => send(`/rest/v1/${table}?${query}`, { as });
    const vault = async (social_account_id) =>
      await send("/rest/v1/rpc/read_connection", {
        as: "service",
        json: { p_user_id: null, p_social_account_id: social_account_id },
      });
    /** Asserts only whether a token is told: a value that an assertion compares would stand in the report. */
    const expectNoToken = (tokens, text) => {
      const told = Object.values(tokens).some((token) => String(token).length > 20 && text.includes(token));
      pm.test("tells no token", () => pm.expect(told, "a token in the answer").to.equal(false));
    };
    const versions = async () => {
      const query = `social_account_id=eq.${mine().social_account_id}&select=id,updated_at&order=id`;
      return (await list("content_item", query, mine())).body;
    };
    const synced = async () => {
      const me = await ready();
      if (get(flagged) !== me.social_account_id) {
        await syncAll(me, slug);
        set({ [flagged]: me.social_account_id });
      }
      return me;
    };

    const beforeInit = () => before(async () => save(prefix, await newCreator()));

    const afterInit = () => {
      const { authorization_url, state } = pm.response.json();
      const query = Object.fromEntries(
        authorization_url.split("?")[1].split("&").map((pair) => {
          const [name, value] = pair.split("=");
          return [name, decodeURIComponent(value.replace(/\+/g, " "))];
        }),
      );
      pm.test("asks for a code under the given state", () => {
        pm.expect(query).to.include({ response_type: "code", state });
        pm.expect(state.length).to.be.at.least(32);
        pm.expect(query.client_id || query.client_key).to.be.a("string").and.not.empty;
        pm.expect(query.redirect_uri).to.match(/^https?:\/\//);
      });
      pm.test("asks for the least scopes: to read", () => {
        pm.expect(query.scope.split(/[ ,]/).sort()).to.eql(scopes);
      });
      pm.test(pkce ? "carries a PKCE challenge (S256)" : "carries no PKCE challenge, which the platform does not have", () => {
        pm.expect(query.code_challenge_method).to.equal(pkce ? "S256" : undefined);
        pm.expect(/^[\w-]{43}$/.test(query.code_challenge || "")).to.equal(pkce);
      });
      pm.test("tells no client secret and no verifier", () => {
        pm.expect(query).to.not.have.any.keys("client_secret", "code_verifier");
      });
      run(async () => {
        const stranger = await call(`oauth-${slug}-init`, undefined, {});
        expectProblem("refuses a caller without a session", stranger, 401, "unauthorized");
      });
    };

    const beforeCallback = () =>
      before(async () => {
        const me = await creator(prefix);
        const { channel_id } = me.channel_id ? me : await newAccount(slug);
        const { code, state } = await authorize(me, channel_id, slug);
        save(prefix, { ...me, channel_id });
        set({ [`${prefix}code`]: code, [`${prefix}state`]: state });
      });

    const afterCallback = () => {
      const { social_account_id } = pm.response.json();
      const used = JSON.parse(pm.request.body.raw);
      const text = pm.response.text();
      pm.test("has social_account_id", () => pm.expect(social_account_id).to.match(/^[0-9a-f-]{36}$/));
      set({ [`${prefix}social_account_id`]: social_account_id });
      run(async () => {
        expectNoToken((await must("read the tokens", 200, vault(social_account_id))).tokens, text);
        const again = await call(`oauth-${slug}-callback`, mine(), used);
        expectProblem("takes a state once", again, 400, "oauth_state_invalid");
        const answer = await authorize(mine(), mine().channel_id, slug);
        const json = { ...answer, account_id: mine().channel_id };
        const thief = await call(`oauth-${slug}-callback`, await creator("other_"), json);
        expectProblem("refuses another creator's state", thief, 400, "oauth_state_invalid");
        const healed = await call(`oauth-${slug}-callback`, mine(), json);
        pm.test("connects the same account again as the same account", () => {
          pm.expect(healed.status).to.equal(200);
          pm.expect(healed.body.social_account_id).to.equal(social_account_id);
        });
      });
    };

    const beforeConnected = () => before(ready);

    const afterConnected = () => {
      const rows = pm.response.json();
      const text = pm.response.text();
      pm.test(`returns the creator's active account of ${title}, the one that was chosen`, () => {
        const { social_account_id: id, user_id, channel_id: platform_account_id } = mine();
        pm.expect(rows).to.have.lengthOf(1);
        pm.expect(rows[0]).to.include({ id, user_id, platform_account_id, status: "active", deleted_at: null });
        pm.expect(rows[0].platform.slug).to.equal(slug);
      });
      pm.test("has the account's details", () => {
        pm.expect(rows[0].display_name).to.be.a("string").and.not.empty;
        pm.expect(rows[0].profile_url).to.match(link);
        pm.expect(rows[0].followers_count).to.be.a("number").and.at.least(0);
      });
      run(async () => {
        const me = await ready();
        const connections = await list("platform_connection", "select=id,is_active,scopes,token_expires_at", me);
        expectRows("has one connection", connections, 1);
        pm.test("the connection is active, with the scopes that were asked for, and lives", () => {
          const [{ is_active, scopes: granted, token_expires_at }] = connections.body;
          pm.expect(is_active).to.equal(true);
          pm.expect([...granted].sort()).to.eql(scopes);
          if (token_expires_at !== null) pm.expect(Date.parse(token_expires_at)).to.be.above(Date.now());
        });
        const secret = await vault(me.social_account_id);
        pm.test("Vault holds an access token", () => {
          pm.expect(secret.status).to.equal(200);
          pm.expect(String(secret.body.tokens.access_token ?? "").length > 20, "an access token").to.equal(true);
        });
        expectNoToken(secret.body.tokens, text + JSON.stringify(connections.body));
        const other = await creator("other_");
        const seen = await list("social_account", `id=eq.${me.social_account_id}&select=id`, other);
        expectRows("hides the account from another creator", seen, 0);
      });
    };

    const beforeDisconnect = () =>
      before(async () => {
        const { social_account_id } = await ready();
        const thief = await call("disconnect-account", await creator("other_"), { social_account_id });
        expectProblem("refuses another creator first", thief, 404, "not_found");
      });

    const afterDisconnect = () => {
      const { disconnected_at, revoked } = pm.response.json();
      const { social_account_id } = JSON.parse(pm.request.body.raw);
      pm.collectionVariables.unset(`${prefix}social_account_id`);
      pm.test("has disconnected_at: now", () => {
        pm.expect(Math.abs(Date.now() - Date.parse(disconnected_at))).to.be.below(120000);
      });
      pm.test(revocable ? "has ended the grant at the platform" : "says that the platform cannot end a grant", () => {
        pm.expect(revoked).to.equal(revocable);
      });
      run(async () => {
        const left = await list("social_account", "deleted_at=is.null&select=id", mine());
        expectRows("takes the account out of the creator's list", left, 0);
        const secret = await vault(social_account_id);
        pm.test("has deleted the secret from Vault", () => {
          pm.expect(secret.status, "status").to.be.within(400, 499);
          pm.expect(secret.body.code).to.equal("SVG03");
        });
        const again = await call("disconnect-account", mine(), { social_account_id });
        expectProblem("finds nothing to disconnect a second time", again, 404, "not_found");
      });
    };

    const beforeSync = () =>
      before(async () => {
        save(prefix, {});
        set({ [flagged]: "" });
        await ready();
      });

    const afterSync = () => {
      const first = pm.response.json();
      pm.test("has synced_count, new_items, updated_items and how to go on", () => {
        const count = { type: "integer", minimum: 0 };
        pm.response.to.have.jsonSchema({
          type: "object",
          required: ["synced_count", "new_items", "updated_items", "sync_id", "has_more"],
          properties: {
            synced_count: count,
            new_items: count,
            updated_items: count,
            sync_id: { type: "string", pattern: "^[0-9a-f-]{36}$" },
            has_more: { type: "boolean" },
          },
        });
      });
      pm.test("every item of a first sync is new", () => {
        pm.expect(first.new_items).to.be.above(0);
        pm.expect(first.updated_items).to.equal(0);
      });
      run(async () => {
        const me = mine();
        const { social_account_id } = me;
        const rest = first.has_more ? await goOn(me, first.sync_id) : 0;
        set({ [flagged]: social_account_id });
        const query = `social_account_id=eq.${social_account_id}&deleted_at=is.null&select=platform_content_id,description`;
        const rows = await list("content_item", query, me);
        expectRows("stores as many items as it counted", rows, first.new_items + rest);
        const plan = await list("subscription", "select=syncs_used", me);
        pm.test("costs one sync, however many calls it took", () => pm.expect(plan.body).to.eql([{ syncs_used: 1 }]));
        const path = `${get("simulator_url")}/_admin/${simulator}/accounts/${me.channel_id}/items`;
        const { items } = await must("list the items", 200, send(path));
        pm.test("the library equals the account: ids and texts", () => {
          const texts = (rows, id) => Object.fromEntries(rows.map((row) => [row[id], row.description]));
          pm.expect(texts(rows.body, "platform_content_id")).to.eql(texts(items.filter((item) => !item.deleted), "id"));
        });
        const other = await call(`sync-${slug}`, await creator("other_"), { social_account_id });
        expectProblem("another creator cannot sync the account", other, 404, "not_found");
      });
    };

    /** Follows a sync to its end; how many items the calls brought. */
    const goOn = async (me, sync_id) => {
      let items = 0;
      for (let more = true; more;) {
        const json = { social_account_id: me.social_account_id, sync_id };
        const page = await must("go on with the sync", 200, call(`sync-${slug}`, me, json));
        items += page.new_items;
        more = page.has_more;
      }
      return items;
    };

    const beforeContent = () => before(synced);

    const afterContent = () => {
      const items = pm.response.json();
      pm.test("has the whole library", () => pm.expect(items).to.be.an("array").with.lengthOf(20));
      pm.test("every item has the shape of content", () => {
        pm.response.to.have.jsonSchema({
          type: "array",
          items: {
            type: "object",
            required: ["id", "platform_content_id", "title", "tags", "hashtags", "visibility", "published_at"],
            properties: {
              platform_content_id: { type: "string", minLength: 1 },
              // Empty where the creator wrote nothing.
              title: { type: "string" },
              tags: { type: "array", items: { type: "string" } },
              hashtags: { type: "array", items: { type: "string" } },
              visibility: { const: "public" },
              content_type: { type: "string", minLength: 1 },
              deleted_at: { type: "null" },
            },
          },
        });
      });
      pm.test("no item stands twice, newest first", () => {
        pm.expect(new Set(items.map((item) => item.platform_content_id)).size).to.equal(items.length);
        const times = items.map((item) => Date.parse(item.published_at));
        pm.expect(times).to.eql([...times].sort((a, b) => b - a));
      });
      pm.test(`links to ${title}`, () => {
        for (const { permalink } of items) pm.expect(permalink).to.match(link);
      });
      run(async () => {
        const query = `social_account_id=eq.${mine().social_account_id}&select=id`;
        const seen = await list("content_item", query, await creator("other_"));
        expectRows("hides it from another creator", seen, 0);
      });
    };

    const beforeAgain = () =>
      before(async () => {
        await synced();
        set({ [`${prefix}library_before`]: JSON.stringify(await versions()) });
      });

    const afterAgain = () => {
      const first = pm.response.json();
      pm.test("finds nothing new", () => pm.expect(first.new_items).to.equal(0));
      pm.test("changes nothing", () => pm.expect(first.updated_items).to.equal(0));
      run(async () => {
        const rest = first.has_more ? await goOn(mine(), first.sync_id) : 0;
        pm.test("finds nothing new on later pages", () => pm.expect(rest).to.equal(0));
        const after = await versions();
        pm.test("leaves every row as it was", () => {
          pm.expect(after).to.be.an("array").and.not.empty;
          pm.expect(after).to.eql(JSON.parse(get(`${prefix}library_before`)));
        });
      });
    };

    return {
      beforeInit,
      afterInit,
      beforeCallback,
      afterCallback,
      beforeConnected,
      afterConnected,
      beforeDisconnect,
      afterDisconnect,
      beforeSync,
      afterSync,
      beforeContent,
      afterContent,
      beforeAgain,
      afterAgain,
    };
  };

  /** A report as Meta signs it, of a person whom nobody knows; skips the request where the app's secret is not given. */
  const signedByMeta = () => {
    const secret = get("meta_app_secret");
    if (!secret) return pm.execution.skipRequest();
    const urlSafe = (words) =>
      CryptoJS.enc.Base64.stringify(words).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
    const said = {
      algorithm: "HMAC-SHA256",
      user_id: `nobody-${random()}`,
      issued_at: Math.floor(Date.now() / 1000),
    };
    const payload = urlSafe(CryptoJS.enc.Utf8.parse(JSON.stringify(said)));
    set({ signed_request: `${urlSafe(CryptoJS.HmacSHA256(payload, secret))}.${payload}` });
  };

  /** A report as TikTok signs it (over its time and its bytes), of a creator whom nobody knows; skipped without the secret. */
  const signedByTikTok = () => {
    const secret = get("tiktok_client_secret");
    if (!secret) return pm.execution.skipRequest();
    const time = Math.floor(Date.now() / 1000);
    const tiktok_report = JSON.stringify({
      client_key: "any",
      event: "authorization.removed",
      create_time: time,
      user_openid: `nobody-${random()}`,
      content: '{"reason":1}',
    });
    const signature = CryptoJS.HmacSHA256(`${time}.${tiktok_report}`, secret).toString();
    set({ tiktok_report, tiktok_signature: `t=${time},s=${signature}` });
  };

  return {
    get,
    set,
    run,
    send,
    must,
    random,
    load,
    save,
    creator,
    newCreator,
    signIn,
    signUp,
    newEmail,
    confirmationLink,
    newChannel,
    channelVideos,
    authorize,
    connected,
    syncAll,
    synced,
    titledItem,
    expectAnswer,
    expectProblem,
    expectRows,
    response,
    platform,
    signedByMeta,
    signedByTikTok,
  };
};
