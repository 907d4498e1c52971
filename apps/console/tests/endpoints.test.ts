/** Every endpoint of the contract is used by the console or listed, with a reason, as not for people. */
import assert from "node:assert/strict";

/** Endpoints that pages call through the client's methods, so their names do not occur in the source. */
const BY_THE_CLIENT: Record<string, string> = {
  "job-status": "api.jobs.watch",
  "rpc/create_job": "api.jobs.create",
  "rpc/cancel_job": "api.jobs.cancel",
  "rpc/get_change_horizon": "api.watch",
  job_log: "api.jobs.logs",
};
const PLATFORMS = ["youtube", "instagram", "tiktok", "facebook", "twitter"];
for (const slug of PLATFORMS) BY_THE_CLIENT[`sync-${slug}`] = "api.sync";
for (const slug of [...PLATFORMS, "search-console"]) {
  BY_THE_CLIENT[`oauth-${slug}-init`] = "`oauth-${platform}-init`";
  BY_THE_CLIENT[`oauth-${slug}-callback`] = "`oauth-${platform}-callback`";
}

const CRON = "cron calls it, with a secret key";
const PROVIDER = "a platform calls it";
const CRAWLER = "search engines and other programs read it";
const SAME = "its public function or table is used instead";
const REFERENCE = "a list of words that pages know by their texts";
const OPERATOR = "for the operator's pages";

const NOT_FOR_PEOPLE: Record<string, string> = JSON.parse(
  await Deno.readTextFile("apps/console/tests/not_for_people.json"),
);
const REASONS: Record<string, string> = { CRON, PROVIDER, CRAWLER, SAME, REFERENCE, OPERATOR };

async function sources(folder = "apps/console/src"): Promise<string> {
  let text = "";
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) text += name === "texts" ? "" : await sources(path);
    else if (/\.tsx?$/.test(name)) text += await Deno.readTextFile(path);
  }
  return text;
}

Deno.test("every endpoint of the contract is used by the console or listed as not for people", async () => {
  const { paths } = JSON.parse(await Deno.readTextFile("docs/openapi.json")) as {
    paths: Record<string, unknown>;
  };
  const text = await sources();
  const names = Object.keys(paths).map((path) => path.replace(/^\/(functions|rest)\/v1\//, ""));
  const isUsed = (name: string) => {
    const word = BY_THE_CLIENT[name];
    return word !== undefined ? text.includes(word) : text.includes(`"${name.replace(/^rpc\//, "")}"`);
  };
  const missing = names.filter((name) => !isUsed(name) && !(name in NOT_FOR_PEOPLE));
  assert.deepEqual(missing, [], "neither used nor listed");
  const stale = Object.keys(NOT_FOR_PEOPLE).filter((name) =>
    // An endpoint for operators may exist before the page that uses it.
    isUsed(name) && NOT_FOR_PEOPLE[name] !== "OPERATOR" || !names.includes(name)
  );
  assert.deepEqual(
    stale,
    [],
    "listed as not for people, but used by the console or no longer in the contract",
  );
  for (const [name, reason] of Object.entries(NOT_FOR_PEOPLE)) {
    assert.ok(reason in REASONS || reason.length > 20, `${name} has no reason`);
  }
});
