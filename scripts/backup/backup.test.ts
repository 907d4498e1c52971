/**
 * Backups are restored and every row compared; damaged or foreign archives are refused before anything changes; a failed backup never
 * prunes a good one.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import postgres from "postgres";
import { testStack } from "../test/stack.ts";
import { type BootedStack, bootStack } from "../test_runner/boot.ts";
import { startS3 } from "../simulators/s3/s3.ts";
import { backup, type BackupOptions, countRows, PART_BYTES } from "./backup.ts";
import { copyOut } from "./catalogue.ts";
import { newIdentity, readKey, recipientOf, seal } from "./cipher.ts";
import { drill } from "./drill.ts";
import { StorageFiles } from "./files.ts";
import { listArchives, MANIFEST, partsOf, readManifest } from "./manifest.ts";
import { restore } from "./restore.ts";
import { expired, nameOf, readRetention } from "./retention.ts";
import { Session } from "./session.ts";
import { openStore } from "./store.ts";

const none = () => undefined;
const quiet = () => {};

Deno.test("retention keeps the newest archive of each day, week and month, and never deletes the newest of all", () => {
  const names = Array.from({ length: 400 }, (_, day) => nameOf(new Date(Date.UTC(2026, 0, 1 + day, 3, 30))));
  const gone = expired(names, readRetention("7,4,12"));
  const kept = names.filter((name) => !gone.includes(name));
  assert.equal(kept.at(-1), names.at(-1));
  assert.ok(kept.length >= 12 && kept.length <= 23, String(kept.length));
  assert.deepEqual(kept.slice(-7), names.slice(-7), "each of the last seven days");
  assert.deepEqual(expired([], readRetention("1,0,0")), []);
  assert.deepEqual(expired([names[0] ?? ""], readRetention("1,0,0")), []);
  // Two on one day: the later one is kept. Names that are not ours are ignored.
  const day = [nameOf(new Date("2026-03-29T00:30:00Z")), nameOf(new Date("2026-03-29T01:30:00Z")), "notes"];
  assert.deepEqual(expired(day, readRetention("1,0,0")), day.slice(0, 1));
  for (const text of ["", "0,1,1", "7,4", "7,4,12,1", "a,b,c", "-1,2,3"]) {
    assert.throws(() => readRetention(text), /Cannot read the retention/);
  }
});

Deno.test("a key is read from the environment, or refused with a message that says how to fix it", async () => {
  const identity = await newIdentity();
  assert.deepEqual(readKey((name) => name === "BACKUP_IDENTITY" ? `# created\n${identity}\n` : undefined), {
    identity,
  });
  assert.throws(() => readKey(none), /--new-key/);
  assert.throws(() => readKey((name) => name === "BACKUP_PASSPHRASE" ? "short" : undefined), /20 characters/);
  assert.throws(() => readKey(() => "both"), /got both/);
  assert.equal(countRows(new TextEncoder().encode("a\nb\\n\n\n")), 3);
});

async function options(
  stack: { db_url: string; api_url: string; secret_key: string },
  place: string,
): Promise<BackupOptions> {
  return {
    database_url: stack.db_url,
    store: openStore(place, none),
    key: { identity: await newIdentity() },
    retention: null,
    api: { url: stack.api_url, key: stack.secret_key },
    buckets: ["media"],
    settings: "STRIPE_SECRET_KEY=sk_test_of_backup\nMAIL_FROM=me\n",
    jobs: 2,
    now: () => new Date(),
    say: quiet,
  };
}

/** Rows of every kind: users, content with unusual text, clicks both rolled up and pending, jobs, files. */
async function fill(stack: BootedStack["info"]): Promise<{ person: string; gone: string }> {
  const sql = postgres(stack.db_url, { max: 1, onnotice: quiet });
  const [person, gone] = [crypto.randomUUID(), crypto.randomUUID()];
  try {
    for (const id of [person, gone]) {
      await sql`insert into auth.users (id, email, raw_user_meta_data) values (${id}, ${`${id}@example.com`}, '{"display_name": "Bäck \\\\ up"}')`;
      await sql`update public.users set is_public = true where id = ${id}`;
    }
    await sql`select connect_account(${person}, 'youtube', '{"access_token": "token-of-backup"}', now(), '{}', '{"platform_account_id": "UCbackup"}')`;
    await sql`
      insert into content_item (social_account_id, platform_content_id, title, description, tags, views_count, published_at, content_type)
      select account.id, 'v' || n, 'Item ' || n, e'Line\n\ttab \\\\ back\\slash, "quoted" \u2603 ' || n, array['a"b', 'c,d', 'ü'], n, now() - n * interval '1 hour', 'long_video'
      from social_account as account, generate_series(1, 300) as n where account.user_id = ${person}`;
    await sql`update content_item set title = title || '!' where platform_content_id in ('v1', 'v2')`;
    await sql`insert into content_click (content_id, user_agent) select id, 'Mozilla/5.0' from content_item where platform_content_id = 'v1'`;
    await sql`select ops.roll_up_clicks()`;
    await sql`insert into content_click (content_id, user_agent) select id, 'Mozilla/5.0' from content_item, generate_series(1, 3) where platform_content_id = 'v1'`;
    await sql`select ops.refresh_discovery(500)`;
    // A month for which the target has no partition.
    await sql`select ops.keep_click_partitions(now() - interval '5 months')`;
    await sql`insert into content_click (content_id, user_agent, clicked_at) select id, 'Mozilla/5.0', now() - interval '5 months' from content_item where platform_content_id = 'v2'`;
    // Segments as a restore writes them: one file whole, one in parts.
    const segments = (name: string, total: number, most: number) =>
      Array.from({ length: Math.ceil(total / most) }, (_, n) => {
        const length = Math.min(most, total - n * most);
        const about = {
          bucket: "media",
          path: `${person}/${name}`,
          type: "video/mp4",
          offset: n * most,
          length,
          total,
        };
        const head = new TextEncoder().encode(JSON.stringify(about));
        return [new Uint8Array(new Uint32Array([head.length]).buffer), head, new Uint8Array(length).fill(7)];
      }).flat();
    const unpacker = new StorageFiles(stack.api_url, stack.secret_key).unpacker();
    await unpacker.take(
      Buffer.concat([...segments("small", 100, 1_000), ...segments("large", 9_000_000, 6_000_000)]),
    );
    assert.equal(unpacker.done(), 2);
    return { person, gone };
  } finally {
    await sql.end();
  }
}

Deno.test("a restore brings back every row, sequence, secret, file, setting, cron job and click count; a drill verifies and records it", async (t) => {
  const place = await Deno.makeTempDir({ prefix: "streamvibe-archives-" });
  const stack = await bootStack();
  const sql = postgres(stack.info.db_url, { max: 2, onnotice: quiet });
  const asked = await options(stack.info, place);
  const { store, key } = asked;
  try {
    const { person, gone } = await fill(stack.info);
    const made = await backup(asked);
    assert.ok(made.rows > 1_000 && made.files === 2, JSON.stringify(made));
    assert.deepEqual(await listArchives(store), [made.name]);
    const manifest = await readManifest(store, made.name, key);
    assert.ok(manifest.secret_names.some((name) => name.startsWith("streamvibe/connection/")));
    assert.deepEqual(manifest.setting_names, ["STRIPE_SECRET_KEY", "MAIL_FROM"]);
    for await (const { name: path } of Deno.readDir(`${place}/${made.name}`)) {
      const text = new TextDecoder("latin1").decode(await Deno.readFile(`${place}/${made.name}/${path}`));
      for (const secret of ["token-of-backup", "sk_test_of_backup", "Item 1"]) {
        assert.ok(!text.includes(secret), `${path} is encrypted`);
      }
    }
    const [run] =
      await sql`select proven_at is not null as is_proven, rows::integer, files::integer, error from ops.backup_run where archive = ${made.name}`;
    assert.deepEqual({ ...run }, { is_proven: true, rows: made.rows, files: 2, error: null });

    await t.step(
      "an archive that is damaged, incomplete or made with another key is refused, and the target stays unchanged",
      async () => {
        const before = await sql`select count(*)::integer as n, max(id::text) from public.users`;
        const attempt = (change: Partial<Parameters<typeof restore>[0]>) =>
          restore({ database_url: stack.info.db_url, store, key, yes: true, say: quiet, ...change });
        await assert.rejects(attempt({ key: { identity: await newIdentity() } }), /the key is not the one/);
        await assert.rejects(
          attempt({ key: { passphrase: "another twenty characters" } }),
          /the key is not the one/,
        );
        await assert.rejects(attempt({ archive: "streamvibe-20200101T000000Z" }), /there is no such archive/);
        await assert.rejects(attempt({ yes: false }), /has 2 people; --yes/);

        const parts = partsOf(manifest);
        const table = manifest.tables.find(({ name }) => name === "public.content_item")?.parts[0];
        assert.ok(table && parts.length > 20);
        const damage = async (
          path: string,
          change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> | null,
          expected: RegExp,
        ) => {
          const good = await store.get(path);
          const bad = change(good.slice());
          if (bad) await store.put(path, bad);
          else await store.remove([path]);
          await assert.rejects(attempt({}), expected);
          await store.put(path, good);
        };
        await damage(table.path, (bytes) => bytes.slice(0, -1), /was cut off or changed/);
        await damage(table.path, (bytes) => {
          bytes[bytes.length - 40] = (bytes[bytes.length - 40] ?? 0) ^ 1;
          return bytes;
        }, /was changed: its checksum differs/);
        await damage(table.path, () => null, /is missing/);
        await damage(`${made.name}/${MANIFEST}`, (bytes) => bytes.slice(0, 300), /cut off or changed/);
        await damage(`${made.name}/${MANIFEST}`, (bytes) => {
          bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1;
          return bytes;
        }, /cut off or changed/);
        // Anybody with the public key can encrypt to it, but cannot forge a manifest.
        const recipient = await recipientOf(key.identity ?? "");
        const forged = await seal(
          new TextEncoder().encode(`${"0".repeat(64)}\n${JSON.stringify(manifest)}`),
          { recipient },
        );
        await damage(`${made.name}/${MANIFEST}`, () => forged, /not made with your key/);
        assert.deepEqual(await sql`select count(*)::integer as n, max(id::text) from public.users`, before);
        const [cron] = await sql`select count(*)::integer as n from cron.job`;
        assert.ok(cron?.n > 20, "the cron jobs are unchanged");
      },
    );

    await t.step("the drill restores into an empty stack, and that stack works", async () => {
      // Deleted after the archive was made, and recorded in a newer one.
      const [asked_for] = await sql`select request_account_deletion(${gone}) as asked`;
      await sql`delete from auth.users where id = ${gone}`;
      const newer = await backup({ ...asked, now: () => new Date(Date.now() + 2_000) });
      assert.ok(newer.rows < made.rows);
      assert.ok(asked_for);
      const { settings } = { settings: `${place}/restored.env` };
      const done = await drill({
        store,
        key,
        archive: made.name,
        say: quiet,
        record_url: stack.info.db_url,
        settings_file: settings,
        async inspect({ info }) {
          const target = postgres(info.db_url, { max: 1, onnotice: quiet });
          try {
            const [secret] = await target`
              select decrypted_secret::jsonb ->> 'access_token' as token from vault.decrypted_secrets where name like 'streamvibe/connection/%'`;
            assert.equal(secret?.token, "token-of-backup");
            const [own] =
              await target`select decrypted_secret as url from vault.decrypted_secrets where name = 'project_url'`;
            assert.equal(own?.url, info.api_url, "the target keeps its own secrets");

            // One click was rolled up before the backup, one anonymous click is five months old, three were pending: each counts once.
            const [item] = await target`select id from content_item where platform_content_id = 'v1'`;
            const [shown] =
              await target`select (public.get_content_detail(${item?.id}) ->> 'total_clicks') as clicks, ops.roll_up_clicks() as rolled`;
            const [counter] =
              await target`select clicks::integer from ops.click_counter where content_id = ${item?.id}`;
            assert.equal(counter?.clicks, 4, JSON.stringify(shown));
            await target`insert into content_click (content_id, user_agent) values (${item?.id}, 'Mozilla/5.0')`;
            await target`select ops.roll_up_clicks()`;
            const [next] =
              await target`select clicks::integer from ops.click_counter where content_id = ${item?.id}`;
            assert.equal(next?.clicks, 5, "later clicks are counted, too");

            const [leaving] =
              await target`select count(*)::integer as n from ops.account_deletion where user_id = ${gone}`;
            assert.equal(leaving?.n, 1, "an account deleted after the backup is deleted again");
            const large = await fetch(`${info.api_url}/storage/v1/object/media/${person}/large`, {
              headers: { apikey: info.secret_key },
            });
            assert.ok(new Uint8Array(await large.arrayBuffer()).every((byte) => byte === 7));
            assert.equal(large.headers.get("content-length"), "9000000");

            // New users can sign up, and sequences continue.
            const id = crypto.randomUUID();
            await target`insert into auth.users (id, email) values (${id}, ${`${id}@example.com`})`;
            const [row] =
              await target`select tier.slug from subscription join subscription_tier as tier on tier.id = tier_id where user_id = ${id}`;
            assert.equal(row?.slug, "free");
            const [jobs] = await target`select count(*)::integer as n from cron.job`;
            const [source] = await sql`select count(*)::integer as n from cron.job`;
            assert.equal(jobs?.n, source?.n);
          } finally {
            await target.end();
          }
        },
      });
      assert.equal(done.rows, made.rows);
      assert.equal(done.deleted_again, 1);
      assert.equal(await Deno.readTextFile(settings), asked.settings);
      const [proof] =
        await sql`select archive, rows::integer, proven_at is not null as is_proven from ops.backup_run where kind = 'drill'`;
      assert.deepEqual({ ...proof }, { archive: made.name, rows: made.rows, is_proven: true });
    });

    await t.step("with `yes`, a restore replaces a database that has users", async () => {
      const done = await restore({
        database_url: stack.info.db_url,
        store,
        key,
        archive: made.name,
        yes: true,
        say: quiet,
      });
      assert.equal(done.rows, made.rows);
      const [people] = await sql`select count(*)::integer as n from public.users`;
      assert.equal(people?.n, 2);
    });

    await t.step(
      "a large table is archived in parts of limited size, which add up to the whole table",
      async () => {
        await sql`
        create table public.keyless as
        select n % 7 as kind, repeat(md5((n % 20000)::text), 12) as words from generate_series(1, 30000) as n`;
        await sql`
        insert into public.notification (user_id, title, message)
        select ${person}, 'n' || n, repeat(md5(n::text), 30) from generate_series(1, 12000) as n`;
        const large = await backup(asked);
        const { tables } = await readManifest(store, large.name, key);
        for (const [name, rows] of [["public.keyless", 30_000], ["public.notification", 12_000]] as const) {
          const table = tables.find((one) => one.name === name);
          assert.equal(table?.rows, rows);
          assert.ok(table.bytes > 2.5 * PART_BYTES && table.parts.length < 12, `${table.parts.length} parts`);
          for (const { plain_bytes } of table.parts) {
            assert.ok(plain_bytes < 1.1 * PART_BYTES, `${plain_bytes}`);
          }
          const whole = createHash("sha256");
          const session = await Session.open(stack.info.db_url);
          await session.copyOut(copyOut(table), (some) => void whole.update(some));
          await session.close();
          assert.equal(whole.digest("hex"), table.sha256, "the parts add up to the whole table");
        }
      },
    );
  } finally {
    await sql.end();
    await stack.stop();
    await Deno.remove(place, { recursive: true }).catch(quiet);
  }
});

Deno.test("S3: a backup that fails or is killed keeps the good archives and leaves none of its own; 503 responses are retried", async () => {
  const s3 = startS3();
  const stack = await testStack();
  const store = openStore(`s3://${s3.bucket}/prod/a b`, (name) => s3.env[name]);
  const asked = { ...await options(stack, ""), store, api: undefined };

  try {
    let day = Date.UTC(2026, 0, 1, 2, 30);
    const next = () => new Date(day += 86_400_000);
    s3.fail(/^PUT/, 3);
    s3.fail(/^GET .*manifest/, 1);
    const first = await backup({ ...asked, now: next });
    assert.deepEqual(await listArchives(store), [first.name]);
    assert.ok([...s3.objects.keys()].every((name) => name.startsWith("prod/a b/streamvibe-")));

    const retention = readRetention("1,0,0");
    // Storage returns other bytes than were written: a failing disk, a proxy, an attacker.
    const rot = async () => {
      const name = [...s3.objects.keys()].filter((path) => !path.includes(first.name)).sort()[5] ?? "";
      const bytes = s3.objects.get(name);
      if (bytes) s3.objects.set(name, bytes.slice(0, bytes.length - 1));
      await Promise.resolve();
    };
    await assert.rejects(
      backup({ ...asked, retention, now: next, on: (event) => event === "written" ? rot() : undefined }),
      /was cut off or changed/,
    );
    let written = 0;
    await assert.rejects(
      backup({
        ...asked,
        retention,
        now: next,
        on: (event) => {
          if (event === "part written" && ++written === 10) throw new Error("killed");
        },
      }),
      /killed/,
    );
    await assert.rejects(
      backup({
        ...asked,
        retention,
        now: next,
        on: (event) => {
          if (event === "verified") throw new Error("killed");
        },
      }),
      /killed/,
    );
    assert.deepEqual(await listArchives(store), [first.name], "only the good archive is left");
    assert.ok(
      [...s3.objects.keys()].every((path) => path.includes(first.name)),
      "no objects are left over",
    );

    // A machine that loses power leaves parts behind. A later run removes them, and only then the older archive.
    s3.objects.set("prod/a b/streamvibe-20260101T000000Z/000001-public.users.age", new Uint8Array(3));
    const last = await backup({ ...asked, retention, now: next });
    assert.deepEqual(last.pruned, [first.name]);
    assert.ok([...s3.objects.keys()].every((path) => path.includes(last.name)));

    const wrong = openStore(
      `s3://${s3.bucket}`,
      (name) => name === "AWS_SECRET_ACCESS_KEY" ? "wrong" : s3.env[name],
    );
    await assert.rejects(listArchives(wrong), /403 SignatureDoesNotMatch/);
    await assert.rejects(
      restore({
        database_url: stack.db_url,
        store,
        key: { identity: await newIdentity() },
        yes: false,
        say: quiet,
      }),
      /the key is not/,
    );
  } finally {
    await s3.stop();
  }
});

Deno.test("rows written during a backup are archived as of one moment, also across connections", async () => {
  const stack = await testStack();
  const place = await Deno.makeTempDir({ prefix: "streamvibe-archives-" });
  const sql = postgres(stack.db_url, { max: 1, onnotice: quiet });
  const id = crypto.randomUUID();
  try {
    await sql`insert into auth.users (id, email) values (${id}, ${`${id}@example.com`})`;
    const asked = {
      ...await options(stack, place),
      api: undefined,
      key: { passphrase: "five words are long enough" },
    };
    let written = 0;
    const made = await backup({
      ...asked,
      on: async (event) => {
        // Each notification is inserted with an audit log row: an archive contains both or neither.
        if (event !== "part written" || ++written > 40) return;
        await sql.begin(async (transaction) => {
          await transaction`insert into public.notification (user_id, title) values (${id}, ${`n${written}`})`;
          await transaction`insert into public.audit_log (user_id, action) values (${id}, 'backup.test')`;
        });
      },
    });
    const manifest = await readManifest(asked.store, made.name, asked.key);
    const { readPart } = await import("./backup.ts");
    const count = async (name: string) => {
      let lines = 0;
      for (const part of manifest.tables.find((table) => table.name === name)?.parts ?? []) {
        const text = new TextDecoder().decode(await readPart(asked.store, part, manifest.identity));
        lines += text.split("\n").filter((line) => line.includes(id)).length;
      }
      return lines;
    };
    assert.equal(await count("public.notification"), await count("public.audit_log"));
    assert.equal(await count("auth.users"), await count("public.users"));
  } finally {
    await sql`delete from auth.users where id = ${id}`;
    await sql.end();
    await Deno.remove(place, { recursive: true }).catch(quiet);
  }
});
