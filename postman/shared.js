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
    // A script's request cannot stop at a redirect; asked for JSON, the simulator answers its address instead.
    const form = { channel: channelId, decision: "allow" };
    const { location } = await must("grant access", 200, send(url, { form }));
    const answer = Object.fromEntries(
      location.split("?")[1].split("&").map((pair) => pair.split("=").map(decodeURIComponent)),
    );
    if (!answer.code) throw new Error(`Cannot grant access: the consent page answered ${answer.error}`);
    return { code: answer.code, state: answer.state };
  };

  /** Asks for an authorization URL and grants access on its page: a code and a state for oauth-youtube-callback. */
  const authorize = async (creator, channelId) => {
    const { authorization_url } = await must(
      "start the OAuth flow",
      200,
      send("/functions/v1/oauth-youtube-init", { as: creator, json: {} }),
    );
    return await consent(authorization_url, channelId);
  };

  /** The collection's creator (or the second one) with a connected channel, connected at the first need. */
  const connected = async (prefix = "", channel = { videos: 3 }) => {
    const me = await creator(prefix);
    if (me.social_account_id) return me;
    const { channel_id } = me.channel_id ? me : await newChannel(channel);
    const { social_account_id } = await must(
      "connect the channel",
      200,
      send("/functions/v1/oauth-youtube-callback", { as: me, json: await authorize(me, channel_id) }),
    );
    return save(prefix, { ...me, social_account_id, channel_id });
  };

  /** Syncs the whole library: one unit of quota, as many calls of 50 as it takes. Answers the sums. */
  const syncAll = async ({ social_account_id, ...creator }) => {
    const sums = { calls: 0, synced_count: 0, new_items: 0, updated_items: 0 };
    for (let page = { social_account_id }; page; sums.calls++) {
      const answer = await must(
        "sync",
        200,
        send("/functions/v1/sync-youtube", { as: creator, json: page }),
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
  };
};
