/** The audit finds every planted problem (secrets in forty places, one violation of each other rule) and reports nothing for harmless text. */
import assert from "node:assert/strict";
import { join } from "node:path";
import postgres from "postgres";
import { testStack } from "../test/stack.ts";
import { main } from "./audit.ts";
import { auditCatalogue, auditDatabase, auditVault } from "./database.ts";
import { readReport } from "./dependencies.ts";
import { auditFunctions } from "./functions.ts";
import { auditFiles, auditHistory, secretsIn } from "./secrets.ts";
import { auditOrigins, auditWeb } from "./web.ts";

/** Random, so that nothing in this file looks like a secret and no value contains a word that marks an example. */
function random(length: number, alphabet = "ABDEFGHJKMNPQRSUVWYZbcdefghjkmnpqrsuvwyz23456789"): string {
  return Array.from(
    crypto.getRandomValues(new Uint8Array(length)),
    (byte) => alphabet[byte % alphabet.length],
  ).join("");
}
const hex = (length: number) => random(length, "0123456789abdef");
const jwt = () => `eyJ${random(20)}.eyJ${random(60)}.${random(43)}`;

/** One generator per kind of secret; each call returns a new value. */
const KINDS: Record<string, () => string> = {
  "a secret key of Supabase": () => `sb_secret_${random(31)}`,
  "a token of Supabase's CLI": () => `sbp_${hex(40)}`,
  "a JWT": jwt,
  "Google, client secret": () => `GOCSPX-${random(28)}`,
  "Google, API key": () => `AIza${random(35)}`,
  "Google, refresh token": () => `1//0${random(60)}`,
  "Stripe": () => `sk_live_${random(24)}`,
  "Stripe, webhook": () => `whsec_${random(32)}`,
  "OpenAI": () => `sk-proj-${random(48)}`,
  "Anthropic": () => `sk-ant-api03-${random(93)}AA`,
  "GitHub": () => `ghp_${random(36)}`,
  "Slack": () =>
    `https://hooks.slack.com/services/T${random(9, "ABDEF2345")}/B${random(9, "ABDEF2345")}/${random(24)}`,
  "Meta": () => `EAA${random(80)}`,
  "Resend": () => `re_${random(8)}_${random(24)}`,
  "age": () => `AGE-SECRET-KEY-1${random(58, "ACDEFGHJKLMNPQRSTUVWXYZ23456789")}`,
  "a private key": () =>
    `-----BEGIN PRIVATE KEY-----\n${random(64)}\n${random(64)}\n-----END PRIVATE KEY-----`,
  "a password in an address": () => `postgres://owner:${random(20)}@db.production.io:5432/postgres`,
  "a setting": () => `VAULT_ROOT_KEY=${random(44)}`,
};

/** Ways to write down a secret. */
const FORMS: ((secret: string) => [name: string, text: string])[] = [
  (secret) => ["src/client.ts", `const key = "${secret}";\n`],
  (secret) => ["config/service.json", JSON.stringify({ deep: [{ value: secret }] }, null, 2)],
  (secret) => ["notes.md", `# How to\n\nUse \`${secret}\`, it works.\n`],
  (secret) => ["deploy.yml", `env:\n  KEY: ${secret}\r\n  OTHER: 1\r\n`],
  (secret) => ["seed.sql", `insert into settings values ('key', '${secret}');\n`],
  (secret) => ["run.sh", `#!/bin/sh\nexport X='${secret}'\n`],
  (secret) => ["a folder/with ünicode.txt", `${"x".repeat(5_000)} ${secret}\n`],
  (secret) => ["data.bin", `\0\x01\x02 ${secret} \0`],
  (secret) => ["notebook.ipynb", `{"source": ["key = \\"${secret}\\""]}`],
  (secret) => [".github/workflows/x.yml", `        run: curl -H "apikey: ${secret}"\n`],
];

async function repository() {
  const folder = await Deno.makeTempDir({ prefix: "streamvibe-audit-test-" });
  const git = async (...args: string[]) => {
    const identity = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
    const { success, stderr } = await new Deno.Command("git", {
      args: ["-C", folder, ...identity, ...args],
      stdout: "null",
      stderr: "piped",
      env: { GIT_CONFIG_GLOBAL: "/dev/null" },
    }).output();
    assert.ok(success, `git ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  };
  const write = async (name: string, text: string) => {
    await Deno.mkdir(join(folder, name, ".."), { recursive: true });
    await Deno.writeTextFile(join(folder, name), text);
  };
  await git("init", "-q", "-b", "main");
  await write("README.md", "# Empty\n");
  await git("add", "-A");
  await git("commit", "-qm", "beginning");
  return { folder, git, write, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

Deno.test("the audit finds secrets, tokens and keys in forty places and never prints their values", async () => {
  await using own = await repository();
  const planted: string[] = [];
  const kinds = Object.values(KINDS);
  const plant = () => {
    const secret = kinds[planted.length % kinds.length]?.() ?? "";
    planted.push(secret);
    return secret;
  };
  // 20 in files: the first half committed, the rest uncommitted.
  for (let n = 0; n < 20; n++) {
    const [name = "", text = ""] = FORMS[n % FORMS.length]?.(plant()) ?? [];
    await own.write(`files/${n}/${name}`, text);
    if (n === 9) {
      await own.git("add", "-A");
      await own.git("commit", "-qm", "work");
    }
  }
  await own.write("files/.env", `SERVICE_PASSWORD=${random(30)}\n`);
  const found = await auditFiles(own.folder);
  for (let n = 0; n < 20; n++) {
    assert.ok(
      found.some(({ rule, place }) => rule === "secret-in-repository" && place.startsWith(`files/${n}/`)),
      `${n}: ${planted[n]}`,
    );
  }
  assert.ok(found.some(({ rule, place }) => rule === "environment-file" && place === "files/.env"));

  // 10 in the history: deleted, overwritten, on another branch, in messages, in a tag, a stash, a note, a reverted commit.
  const places: ((secret: string) => Promise<void>)[] = [
    async (secret) => {
      await own.write("gone.txt", secret);
      await own.git("add", "-A");
      await own.git("commit", "-qm", "oops");
      await own.git("rm", "-qf", "gone.txt");
      await own.git("commit", "-qm", "sorry");
    },
    async (secret) => {
      await own.write("changed.txt", `before ${secret}`);
      await own.git("add", "-A");
      await own.git("commit", "-qm", "one");
      await own.write("changed.txt", "after");
      await own.git("commit", "-qam", "two");
    },
    async (secret) => {
      await own.git("checkout", "-qb", "feature");
      await own.write("feature.txt", secret);
      await own.git("add", "-A");
      await own.git("commit", "-qm", "feature");
      await own.git("checkout", "-q", "main");
    },
    (secret) => own.git("commit", "-q", "--allow-empty", "-m", `deploy with ${secret}`),
    (secret) => own.git("tag", "-a", "v1", "-m", `released with ${secret}`),
    async (secret) => {
      await own.write("README.md", secret);
      await own.git("stash", "-q");
    },
    (secret) => own.git("notes", "add", "-m", secret),
    async (secret) => {
      await own.write("amended.txt", secret);
      await own.git("add", "-A");
      await own.git("commit", "-qm", "amended");
      await own.git("reset", "-q", "--hard", "HEAD~1");
    },
    async (secret) => {
      await own.git("checkout", "-q", "--orphan", "pages");
      await own.write("index.html", `<script>key="${secret}"</script>`);
      await own.git("add", "-A");
      await own.git("commit", "-qm", "pages");
      await own.git("checkout", "-q", "main");
    },
    async (secret) => {
      await own.write("renamed.txt", secret);
      await own.git("add", "-A");
      await own.git("commit", "-qm", "a");
      await own.git("mv", "renamed.txt", "moved.txt");
      await own.write("moved.txt", "empty");
      await own.git("commit", "-qam", "b");
    },
  ];
  const before = (await auditHistory(own.folder)).length;
  for (const [index, place] of places.entries()) {
    await place(plant());
    assert.ok((await auditHistory(own.folder)).length > before + index, `place ${index} of the history`);
  }

  // 10 in tables of a database: as plain text, in JSON, in bytes.
  const { db_url } = await testStack();
  const sql = postgres(db_url, { max: 1, onnotice: () => {} });
  const one = await sql.reserve();
  try {
    await one`begin`;
    const name = `audit-test/${crypto.randomUUID()}`;
    const secret = plant().replace(/[\s":{},[\]]/g, "x");
    await one`select vault.create_secret(${secret}, ${name})`;
    const [login] = await one<
      { id: string }[]
    >`insert into auth.users (id, email) values (gen_random_uuid(), ${`${name}@example.com`}) returning id`;
    const id = login?.id ?? "";
    const tables: [table: string, statement: string][] = [
      [
        "notification",
        "insert into public.notification (user_id, type, title, message) values ($2::uuid, 'info', 'x', $1)",
      ],
      [
        "audit_log",
        "insert into public.audit_log (action, details, user_id) values ('x', jsonb_build_object('t', $1::text), $2::uuid)",
      ],
      ["cache_store", "insert into public.cache_store (key, value) select $1, to_jsonb($2::text)"],
      ["users", "update public.users set bio = $1 where id = $2::uuid"],
      [
        "ops.idempotency",
        "insert into ops.idempotency (scope, key, body_hash, body, expires_at) values ($2, 'k', 'h', $1, now())",
      ],
      [
        "ops.http_call",
        "insert into ops.http_call (request_id, function_name, error) values (-4711, $2, $1)",
      ],
      ["ops.rate_limit", "insert into ops.rate_limit (key, window_ends, hits) values ($1 || $2, now(), 1)"],
      [
        "ops.mail",
        "insert into ops.mail (user_id, kind, data) values ($2::uuid, 'x', jsonb_build_object('t', $1::text))",
      ],
      [
        "job_queue",
        "insert into public.job_queue (user_id, job_type, handler, params, dedupe_hash, max_attempts) values ($2::uuid, 'x', 'x', jsonb_build_object('token', $1::text), 1, 1)",
      ],
      [
        "ops.alert_event",
        "insert into ops.alert_event (name, subject, kind, severity, title, summary, began_at) values ('x', $2, 'firing', 'info', 'x', $1, now())",
      ],
    ];
    for (const [, statement] of tables) {
      planted.push(secret);
      await one.unsafe(statement, [secret, id]);
    }
    const places = (await auditVault(one, 90, `${name}%`)).filter(({ rule }) => rule === "secret-in-table")
      .map(({ place }) => place);
    for (const [table] of tables) {
      assert.ok(
        places.some((place) => place === table || place === `public.${table}`),
        `${table}: ${places}`,
      );
    }
    await one`update vault.secrets set updated_at = now() - interval '91 days' where name = ${name}`.catch(
      () => {},
    );
  } finally {
    await one`rollback`.catch(() => {});
    one.release();
    await sql.end();
  }

  assert.ok(planted.length >= 40, String(planted.length));
  const lines: string[] = [];
  const file = join(own.folder, "findings.json");
  assert.equal(
    await main(
      ["--folder", own.folder, "--json", file, "--sarif", `${file}.sarif`],
      (line) => lines.push(line),
    ),
    1,
  );
  const said = lines.join("\n") + await Deno.readTextFile(file) + await Deno.readTextFile(`${file}.sarif`);
  for (const secret of planted) assert.ok(!said.includes(secret), "no report contains the value of a secret");
  const sarif = JSON.parse(await Deno.readTextFile(`${file}.sarif`));
  assert.equal(sarif.version, "2.1.0");
  const known = new Set(sarif.runs[0].tool.driver.rules.map(({ id }: { id: string }) => id));
  for (const result of sarif.runs[0].results) {
    assert.ok(
      known.has(result.ruleId) && result.message.text &&
        result.locations[0].physicalLocation.artifactLocation.uri,
    );
  }
});

Deno.test("example values, URLs without passwords, hashes and empty settings are not reported; a clean repository passes; invalid options exit with 2", async () => {
  for (
    const text of [
      `STRIPE_SECRET_KEY=\nSTRIPE_WEBHOOK_SECRET=\nPLAIN=1\n`,
      "API_KEY=your-key-goes-here-please\n",
      `const key = "sk_live_${"a".repeat(24)}";`,
      "postgres://user@db.example.com/x and postgres://user:$PASSWORD@db.host.io/x and postgres://user:${password}@db.host.io/x",
      `sha256-${random(43)}= ${hex(40)} ${crypto.randomUUID()}`,
      "sk_test_local_simulator whsec_local_simulator AIza-local-simulator sb_secret_…",
      "Authorization: Bearer <token>",
    ]
  ) assert.deepEqual(await secretsIn(text, "x.txt"), [], text);
  await using own = await repository();
  assert.equal(await main(["--folder", own.folder], () => {}), 0);
  assert.equal(await main(["--nonsense"], () => {}), 2);
  assert.equal(await main(["--days", "many"], () => {}), 2);
  assert.equal(await main(["--folder", own.folder, "--env-file", join(own.folder, "none")], () => {}), 2);
});

Deno.test("this repository's files and functions pass the audit", async () => {
  assert.deepEqual(await auditFiles("."), []);
  assert.deepEqual(await auditFunctions("supabase/functions"), []);
});

Deno.test("the database passes; a table without RLS, a write grant to anon and an unsafe security definer function do not", async () => {
  const { db_url } = await testStack();
  const sql = postgres(db_url, { max: 1, onnotice: () => {} });
  const one = await sql.reserve();
  const errors = async () => (await auditCatalogue(one)).filter(({ level }) => level === "error");
  const run = `audit_${crypto.randomUUID().slice(0, 8)}`;
  try {
    // Rolled back before any other session sees it.
    await one`begin`;
    assert.deepEqual(await errors(), []);
    await one.unsafe(`
      create table public.open_${run} (id integer);
      create table public.${run} (id integer); alter table public.${run} enable row level security; grant insert on public.${run} to anon;
      create function public.${run}_f() returns integer language sql security definer as 'select 1';
      grant execute on function public.${run}_f() to authenticated;`).simple();
    const found = (await errors()).map(({ rule, place }) => `${rule} ${place.replace("public.", "")}`);
    assert.deepEqual(found.toSorted(), [
      `anon-may-write ${run} INSERT`,
      `definer-without-check ${run}_f()`,
      `definer-without-search-path ${run}_f()`,
      `table-without-rls open_${run}`,
    ]);
  } finally {
    await one`rollback`;
    one.release();
    await sql.end();
  }
  assert.deepEqual(
    (await auditDatabase(db_url, { advisors: false, days: 100_000 })).filter(({ rule }) =>
      rule === "stale-secret"
    ),
    [],
  );
});

Deno.test("functions without a contract, without authentication or without a rate limit are reported, and so are unreadable ones", async () => {
  const folder = await Deno.makeTempDir({ prefix: "streamvibe-audit-test-" });
  try {
    const write = async (name: string, text: string) => {
      await Deno.mkdir(join(folder, name));
      await Deno.writeTextFile(join(folder, name, "index.ts"), text);
    };
    await write("bare", "export default { fetch: () => new Response() };");
    await write("open", `export default { contract: { auth: "none", rate: "service", method: "POST" } };`);
    await write("good", `export default { contract: { auth: "user", rate: "user", method: "POST" } };`);
    await write("broken", "export default {");
    const found = (await auditFunctions(folder)).map(({ rule, place }) =>
      `${rule} ${place.split("/").at(-2)}`
    );
    assert.deepEqual(found.toSorted(), [
      "function-without-auth open",
      "function-without-contract bare",
      "function-without-limit open",
      "not-looked-at broken",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("CORS for foreign origins, open redirects and missing headers are reported; the stack has none of them", async () => {
  const { api_url } = await testStack();
  assert.deepEqual(
    await auditWeb(api_url, ["health", "search-content", "oauth-youtube-init", "track-click", "sitemap"]),
    [],
  );
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const next = new URL(request.url).searchParams.get("next");
    const headers = new Headers({
      "access-control-allow-origin": request.headers.get("origin") ?? "*",
      "x-powered-by": "PHP/5.3",
    });
    if (next) headers.set("location", next);
    return new Response(null, { status: next ? 302 : 204, headers });
  });
  try {
    const found = await auditWeb(`http://127.0.0.1:${(server.addr as Deno.NetAddr).port}`, ["any"]);
    assert.deepEqual(found.map(({ rule }) => rule).toSorted(), ["cors", "header", "header", "open-redirect"]);
  } finally {
    await server.shutdown();
  }
  assert.equal((await auditWeb("http://127.0.0.1:1", ["any"]))[0]?.rule, "not-looked-at");
  const rules = (origins: string) => auditOrigins(origins, ".env").map(({ rule }) => rule);
  assert.deepEqual(rules("https://app.example.com,http://localhost:3000"), []);
  assert.deepEqual(rules("*,https://*.example.com,null,http://app.example.com"), [
    "cors",
    "cors",
    "cors",
    "cors",
  ]);
});

Deno.test("npm's vulnerability report is parsed; without a report the check is marked as not done", () => {
  const report = readReport(JSON.stringify({
    vulnerabilities: {
      left: {
        severity: "critical",
        range: "<1",
        via: [{ title: "Everything", url: "https://example.com/1" }],
      },
      right: { severity: "moderate", range: "<2", via: ["left"] },
    },
  }));
  assert.deepEqual(report.map(({ level, message }) => [level, message]), [
    ["error", "left <1: critical, Everything https://example.com/1"],
    ["warning", "right <2: moderate"],
  ]);
  for (const text of ["", "npm ERR! 404", '{"error": {"summary": "no endpoint"}}']) {
    assert.equal(readReport(text)[0]?.rule, "not-looked-at");
  }
});
