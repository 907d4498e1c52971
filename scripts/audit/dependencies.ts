/** Known vulnerabilities in the packages that deno.json pins, from the npm registry. If the registry does not respond, the report states so. */
import { join } from "node:path";
import type { Finding } from "./finding.ts";

interface Report {
  vulnerabilities?: Record<
    string,
    { severity: string; range: string; via: (string | { title?: string; url?: string })[] }
  >;
  error?: { summary?: string; code?: string };
}

export async function auditDependencies(folder: string): Promise<Finding[]> {
  const { imports = {} } = JSON.parse(await Deno.readTextFile(join(folder, "deno.json"))) as {
    imports?: Record<string, string>;
  };
  const dependencies: Record<string, string> = {};
  for (const target of Object.values(imports)) {
    const [, name, version] = /^npm:((?:@[^/]+\/)?[^@/]+)@([^/]+)/.exec(target) ?? [];
    if (name && version) dependencies[name] = version;
  }
  const place = await Deno.makeTempDir({ prefix: "streamvibe-audit-" });
  try {
    await Deno.writeTextFile(
      join(place, "package.json"),
      JSON.stringify({ name: "audited", version: "1.0.0", private: true, dependencies }),
    );
    const lock = await npm(place, [
      "install",
      "--package-lock-only",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--legacy-peer-deps",
    ]);
    if (lock.code !== 0) return [unanswered(lock.text)];
    const { text } = await npm(place, ["audit", "--json"]);
    return readReport(text);
  } finally {
    await Deno.remove(place, { recursive: true });
  }
}

/** Parses the output of `npm audit --json`. */
export function readReport(text: string): Finding[] {
  let report: Report;
  try {
    report = JSON.parse(text);
  } catch {
    return [unanswered(text)];
  }
  if (!report.vulnerabilities) {
    return [unanswered(report.error?.summary ?? report.error?.code ?? "no report")];
  }
  return Object.entries(report.vulnerabilities).map(([name, { severity, range, via }]) => {
    const known = via.find((one) => typeof one === "object");
    return {
      rule: "vulnerable-dependency",
      level: ["high", "critical"].includes(severity) ? "error" as const : "warning" as const,
      message: `${name} ${range}: ${severity}${known?.title ? `, ${known.title}` : ""}${
        known?.url ? ` ${known.url}` : ""
      }`,
      place: "deno.json",
    };
  });
}

function unanswered(said: string): Finding {
  return {
    rule: "not-looked-at",
    level: "note",
    message: `The registry reported no vulnerability data: ${
      said.trim().split("\n")[0]?.slice(0, 160) ?? ""
    }`,
    place: "deno.json",
  };
}

async function npm(folder: string, args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command("npm", {
    args,
    cwd: folder,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  const said = decoder.decode(stdout);
  return { code, text: said || decoder.decode(stderr) };
}
