/** `scripts/backup.sh`, `scripts/restore.sh` and `task backup:drill`: reads arguments and environment, prints one result line. */
import { parseArgs } from "node:util";
import { backup } from "./backup.ts";
import { newIdentity, readKey, recipientOf } from "./cipher.ts";
import { drill } from "./drill.ts";
import { listArchives } from "./manifest.ts";
import { restore, restoreOnlyFiles } from "./restore.ts";
import { readRetention } from "./retention.ts";
import { openStore } from "./store.ts";

const env = (name: string) => Deno.env.get(name) || undefined;
const say = (line: string) => console.error(`  ${line}`);

const { values, positionals } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    to: { type: "string" },
    from: { type: "string" },
    archive: { type: "string" },
    database: { type: "string" },
    api: { type: "string" },
    bucket: { type: "string", multiple: true },
    keep: { type: "string" },
    settings: { type: "string" },
    jobs: { type: "string", default: "2" },
    "files-only": { type: "boolean", default: false },
    "new-key": { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    "dry-run": { type: "boolean", default: false },
    yes: { type: "boolean", default: false },
  },
});

function apiOf(): { url: string; key: string } | undefined {
  const [url, key] = [values.api ?? env("SUPABASE_URL"), env("SUPABASE_SECRET_KEY")];
  return url && key ? { url, key } : undefined;
}

function databaseOf(): string {
  const url = values.database ?? env("DATABASE_URL");
  if (!url) throw new Error("Cannot continue without a database: give --database, or set DATABASE_URL");
  return url;
}

const place = values.to ?? values.from ?? env("BACKUP_DESTINATION");
const storeOf = () => {
  if (!place) {
    throw new Error(
      "Cannot continue without a place for archives: give --to or --from, or set BACKUP_DESTINATION",
    );
  }
  return openStore(place, env);
};

async function main(): Promise<void> {
  if (values["new-key"]) {
    const identity = await newIdentity();
    console.log(
      `# keep this apart from the database: without it no archive can be read\n# public key: ${await recipientOf(
        identity,
      )}\n${identity}`,
    );
    return;
  }
  if (values.list) {
    for (const name of await listArchives(storeOf())) console.log(name);
    return;
  }
  const key = readKey(env);
  const store = storeOf();
  switch (positionals[0]) {
    case "backup": {
      const settings = values.settings ? await Deno.readTextFile(values.settings) : undefined;
      const retention = values.keep === "all"
        ? null
        : readRetention(values.keep ?? env("BACKUP_KEEP") ?? "7,4,12");
      if (values["dry-run"]) {
        say(`would back up into ${store.place}, and keep ${JSON.stringify(retention ?? "all")}`);
        return;
      }
      const done = await backup({
        database_url: databaseOf(),
        store,
        key,
        retention,
        api: apiOf(),
        buckets: values.bucket ?? [env("MEDIA_BUCKET") ?? "media"],
        settings,
        jobs: Math.max(1, Number(values.jobs) || 2),
        now: () => new Date(),
        say,
      });
      console.log(JSON.stringify(done));
      return;
    }
    case "restore":
      if (values["files-only"]) {
        console.log(
          JSON.stringify({
            files: await restoreOnlyFiles({ store, key, archive: values.archive, api: apiOf() }),
          }),
        );
        return;
      }
      if (!values.yes && !values["dry-run"] && /\.supabase\.(co|com)$/.test(new URL(databaseOf()).hostname)) {
        throw new Error(
          "Cannot restore into a hosted project without --yes: it is overwritten",
        );
      }
      console.log(JSON.stringify(
        await restore({
          database_url: databaseOf(),
          store,
          key,
          archive: values.archive,
          api: apiOf(),
          yes: values.yes,
          dry_run: values["dry-run"],
          settings_file: values.settings,
          say,
        }),
      ));
      return;
    case "drill":
      console.log(JSON.stringify(
        await drill({
          store,
          key,
          archive: values.archive,
          say,
          record_url: values.database ?? env("DATABASE_URL"),
        }),
      ));
      return;
    default:
      throw new Error(
        `Cannot run ${positionals[0] ?? "nothing"}: the command must be backup, restore or drill`,
      );
  }
}

try {
  await main();
  Deno.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
