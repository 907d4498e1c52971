/**
 * Finds secrets in a git repository: in its files, and in everything that any branch, tag or stash still reaches. Uses secretlint's
 * patterns (offline), plus patterns for the services of StreamVibe that secretlint lacks. Reports only the location, never the value.
 */
import { lintSource } from "@secretlint/core";
import { creator } from "@secretlint/secretlint-rule-preset-recommend";
import type { Finding } from "./finding.ts";

const SETTING = "the value of a setting that is a secret";
/** Patterns that secretlint lacks. The first group, if present, captures the value. */
const OWN: [name: string, pattern: RegExp][] = [
  ["a secret key of Supabase", /\bsb_secret_[\w-]{20,}/g],
  ["a JWT of a service role", /\beyJ[\w-]{10,}\.eyJ[\w-]{20,}\.[\w-]{20,}/g],
  ["a client secret of Google", /\bGOCSPX-[\w-]{20,}/g],
  ["an API key of Google", /\bAIza[\w-]{35}/g],
  ["an access token of Google", /\bya29\.[\w-]{30,}/g],
  ["a refresh token of Google", /(?<![\w:/])1\/\/0[\w-]{30,}/g],
  ["a key of OpenAI", /\bsk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{40,}/g],
  ["a key of Anthropic", /\bsk-ant-[\w-]{30,}/g],
  ["a key of Stripe", /\b[rs]k_live_[A-Za-z0-9]{16,}/g],
  ["a secret of a webhook", /\bwhsec_[A-Za-z0-9+/=]{24,}/g],
  ["a key of Resend", /\bre_[A-Za-z0-9]{8,}_[A-Za-z0-9]{16,}/g],
  ["an access token of Meta", /\bEAA[A-Za-z0-9]{60,}/g],
  ["an incoming webhook of Slack", /hooks\.slack\.com\/services\/T\w{8,}\/B\w{8,}\/\w{20,}/g],
  ["a private key", /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/=\s]{40,}/g],
  ["a private key of age", /\bAGE-SECRET-KEY-1[A-Z0-9]{50,}/g],
  ["a private key as JWK", /"kty"\s*:\s*"(?:EC|RSA|OKP)"[^{}]*"d"\s*:\s*"([\w-]{30,})"/g],
  ["a token of npm", /\bnpm_[A-Za-z0-9]{36}/g],
  ["a token of Supabase's CLI", /\bsbp_[a-f0-9]{40}/g],
  ["a DSN of Sentry with its secret", /https:\/\/[a-f0-9]{32}:[a-f0-9]{32}@[\w.-]+\/\d+/g],
  [
    "a password in an address",
    /\b(?:postgres(?:ql)?|mysql|redis|amqp|mongodb(?:\+srv)?|smtps?):\/\/[^\s:/@'"`$<{]+:([^\s@/'"`$<{]{8,})@[\w.-]+\.\w+/g,
  ],
  [
    SETTING,
    /(?<![A-Za-z0-9])[A-Z0-9_]*(?:SECRET|TOKEN|PASSWORD|PRIVATE_KEY|API_KEY|ROOT_KEY)[A-Z0-9_]*[ \t]*[=:][ \t]*["']?([A-Za-z0-9+/_.~-]{20,}={0,2})(?![\w(])/g,
  ],
];

/** A value that contains one of these words is an example. */
const EXAMPLE =
  /local|simulat|example|dummy|fake|placeholder|changeme|your[-_]|test|sample|streamvibe|xxxx|0123456789|abcdefgh|hunter2|masked|\.\.\.|…|<[\w ]+>/i;
/** Cheap test before the full scan. */
const SUSPICIOUS =
  /sb_secret_|eyJ[\w-]{10}|GOCSPX|AIza|ya29\.|1\/\/0|sk[-_]|rk_live|whsec_|\bre_|EAA|xox[abopsr]|hooks\.slack|PRIVATE KEY|AGE-SECRET|"kty"|npm_|sbp_|gh[pousr]_|github_pat|AKIA|ASIA|aws_|glpat|SG\.|:\/\/[^\s:/@]+:[^\s@/]+@|(?:SECRET|TOKEN|PASSWORD|PRIVATE_KEY|API_KEY|ROOT_KEY)\w*["']?\s*[=:]/;
const LARGEST = 2_000_000;

const config = {
  rules: [{ id: "@secretlint/secretlint-rule-preset-recommend", rule: creator, options: {} }],
};

interface Hit {
  what: string;
  line: number;
}

/** Returns the lines of a text that appear to contain a secret. */
export async function secretsIn(text: string, name: string): Promise<Hit[]> {
  if (!SUSPICIOUS.test(text)) return [];
  const hits = new Map<number, Hit>();
  const add = (index: number, what: string) => {
    const line = text.slice(0, index).split("\n").length;
    if (!hits.has(line)) hits.set(line, { what, line });
  };
  for (const [what, pattern] of OWN) {
    for (const match of text.matchAll(pattern)) {
      const value = match[1] ?? match[0];
      // Plain words and variable names contain no digits.
      if (what === SETTING && (value.match(/\d/g)?.length ?? 0) < 2) continue;
      if (!EXAMPLE.test(match[0]) && isVaried(value)) add(match.index, what);
    }
  }
  const { messages } = await lintSource({
    source: { filePath: `/${name}`, content: text, ext: name.replace(/^.*(?=\.)/, ""), contentType: "text" },
    options: { config },
  });
  for (const { range: [from, to], messageId, type } of messages) {
    if (type !== "message") continue;
    const value = text.slice(from, to);
    if (!EXAMPLE.test(value) && isVaried(value)) add(from, messageId);
  }
  return [...hits.values()];
}

/** Returns false for placeholders, which repeat a few characters. */
function isVaried(value: string): boolean {
  return new Set(value).size >= Math.min(10, value.length / 2);
}

async function git(folder: string, args: string[], stdin?: string): Promise<Uint8Array> {
  const child = new Deno.Command("git", {
    args: ["-C", folder, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const written = writer.write(new TextEncoder().encode(stdin ?? "")).then(() => writer.close()).catch(
    () => {},
  );
  const { success, stdout, stderr } = await child.output();
  await written;
  if (!success) {
    throw new Error(
      `Cannot read the repository: git ${args[0]} said ${new TextDecoder().decode(stderr).trim()}`,
    );
  }
  return stdout;
}

const decoder = new TextDecoder();

/** Scans the files of the working tree, including uncommitted ones. Files that git ignores stay on the developer's machine and are skipped. */
export async function auditFiles(folder: string): Promise<Finding[]> {
  const names = decoder.decode(
    await git(folder, ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]),
  ).split("\0");
  const findings: Finding[] = [];
  for (const name of new Set(names.filter(Boolean))) {
    if (/(^|\/)\.env(\.\w+)?$/.test(name) && !name.endsWith(".example")) {
      findings.push({
        rule: "environment-file",
        level: "error",
        message: "Cannot keep settings in the repository: remove it, and change every secret in it",
        place: name,
      });
    }
    const info = await Deno.stat(`${folder}/${name}`).catch(() => null);
    if (!info?.isFile || info.size > LARGEST) continue;
    const bytes = await Deno.readFile(`${folder}/${name}`);
    for (const { what, line } of await secretsIn(decoder.decode(bytes), name)) {
      findings.push({
        rule: "secret-in-repository",
        level: "error",
        message: `It looks like ${what}`,
        place: name,
        line,
      });
    }
  }
  return findings;
}

/** Scans everything reachable: earlier versions, other branches, tags, stashes, messages. */
export async function auditHistory(folder: string): Promise<Finding[]> {
  const objects = new Map<string, string>();
  for (
    const line of decoder.decode(await git(folder, ["rev-list", "--objects", "--all", "--reflog"])).split(
      "\n",
    )
  ) {
    const [id = "", ...path] = line.split(" ");
    if (id) objects.set(id, path.join(" "));
  }
  for (
    const line of decoder.decode(await git(folder, ["for-each-ref", "--format=%(objectname) %(refname)"]))
      .split("\n")
  ) {
    const [id = "", name = ""] = line.split(" ");
    if (id) objects.set(id, objects.get(id) || name);
  }
  const answers = await git(folder, ["cat-file", "--batch"], `${[...objects.keys()].join("\n")}\n`);
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (let at = 0; at < answers.length;) {
    const end = answers.indexOf(10, at);
    const [id = "", type = "", length = "0"] = decoder.decode(answers.subarray(at, end)).split(" ");
    const size = Number(length);
    const body = answers.subarray(end + 1, end + 1 + size);
    at = end + 2 + size;
    if (type === "tree" || size > LARGEST) continue;
    const path = objects.get(id) || `${type} ${id.slice(0, 12)}`;
    for (
      const { what, line } of await secretsIn(decoder.decode(body), type === "blob" ? path : `${type}.txt`)
    ) {
      const key = `${path} ${what} ${line}`;
      if (seen.has(key)) continue;
      seen.add(key);
      findings.push({
        rule: "secret-in-history",
        level: "error",
        message: `It looks like ${what}; everybody with the history has it: change the secret (object ${
          id.slice(0, 12)
        })`,
        place: path,
        line,
      });
    }
  }
  return findings;
}
