/** docs/readiness.md: every command works. .env.example: it lists every setting that the code reads, and no other. */
import assert from "node:assert/strict";
import { testStack } from "../test/stack.ts";

interface Row {
  line: string;
  now: string;
  command: string;
}

async function rows(): Promise<Row[]> {
  const lines = (await Deno.readTextFile("docs/readiness.md")).split("\n").filter((line) =>
    line.startsWith("|")
  );
  return lines.map((line) => line.split("|").map((cell) => cell.trim()))
    .filter(([, line]) => line !== "line" && !/^:?-+$/.test(line ?? ""))
    .map(([, line = "", now = "", command = ""]) => ({ line, now, command: command.replaceAll("`", "") }));
}

Deno.test("docs/readiness.md has a row for every numbered requirement", async () => {
  const lines = (await rows()).map(({ line }) => line);
  const numbered = lines.flatMap((line) => line.match(/^(\d\.\d+) /)?.[1] ?? []);
  const wanted = [[1, 10], [2, 8], [3, 5]].flatMap(([priority, count]) =>
    Array.from({ length: count ?? 0 }, (_, index) => `${priority}.${index + 1}`)
  );
  assert.deepEqual(numbered, wanted);
  assert.ok(lines.length > 60, `only ${lines.length} lines`);
});

Deno.test("every command in docs/readiness.md works", async () => {
  const { api_url, secret_key } = await testStack();
  const tasks = JSON.parse(await Deno.readTextFile("deno.json")).tasks as Record<string, string>;
  const run = async (command: string) => {
    const { code, stderr } = await new Deno.Command("bash", {
      args: ["-c", command],
      env: { API: api_url, SECRET_KEY: secret_key },
      stdout: "null",
    }).output();
    return code === 0
      ? undefined
      : `${command} ends with ${code}: ${new TextDecoder().decode(stderr).trim()}`;
  };
  const look = async ({ line, now, command }: Row): Promise<string | undefined> => {
    const [, paths] = command.match(/^npx deno@2\.9\.6 task test (.+)$/) ?? [];
    if (paths) {
      const [missing] = (await Promise.all(
        paths.split(" ").map(async (path) => await Deno.stat(path).then(() => undefined, () => path)),
      )).filter(Boolean);
      return missing && `${line}: there is no ${missing}`;
    }
    const [, task] = command.match(/^npx deno@2\.9\.6 task (\S+)/) ?? [];
    if (task) return task in tasks ? undefined : `${line}: there is no task ${task}`;
    const [, script] = command.match(/^bash (scripts\/\S+\.sh)/) ?? [];
    if (script) return await run(`bash ${script} --help`);
    if (/^(curl|grep|ls) /.test(command)) return await run(command);
    return /^not /.test(now) ? undefined : `${line}: no command shows it, got "${command}"`;
  };
  const problems = (await Promise.all((await rows()).map(look))).filter(Boolean);
  assert.deepEqual(problems, []);
});

Deno.test(".env.example has every setting that the code reads, and no other", async () => {
  const documented = new Set(
    [...(await Deno.readTextFile(".env.example")).matchAll(/^#? ?([A-Z][A-Z0-9_]*)=/gm)].map((
      [, name = ""],
    ) => name),
  );
  const read = new Set<string>();
  const texts: string[] = [];
  const { stdout } = await new Deno.Command("git", {
    args: [
      "ls-files",
      "--cached",
      "--others",
      "--exclude-standard",
      "supabase/functions",
      "scripts",
      "apps",
      "packages",
      "supabase/config.toml",
    ],
  }).output();
  for (
    const file of new TextDecoder().decode(stdout).split("\n").filter((file) => /\.(ts|sh|toml)$/.test(file))
  ) {
    const text = await Deno.readTextFile(file).catch(() => "");
    texts.push(text);
    // Settings that a domain declares: the keys of its settingsPart.
    for (const [, part = ""] of text.matchAll(/settingsPart\((.*?)\n\}\)/gs)) {
      for (const [, name = ""] of part.matchAll(/^ {2}([A-Z][A-Z0-9_]+):/gm)) read.add(name);
    }
  }
  const undocumented = [...read].filter((name) => !name.startsWith("SUPABASE_") && !documented.has(name));
  assert.deepEqual(undocumented, []);
  assert.ok(read.size > 60, `only ${read.size} settings were found`);
  const all = texts.join("\n");
  const unread = [...documented].filter((name) => !new RegExp(`\\b${name}\\b`).test(all));
  // Documented for the front end.
  assert.deepEqual(unread.filter((name) => name !== "STRIPE_PUBLISHABLE_KEY"), []);
});
