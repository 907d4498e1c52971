/** Checks how a running installation responds to an untrusted caller: CORS, redirects, headers. */
import type { Finding } from "./finding.ts";

const STRANGER = "https://evil.example";
/** Parameter names that often carry a redirect URL. */
const LEADS = [
  "redirect_uri",
  "redirect_to",
  "redirect",
  "return_to",
  "return_url",
  "next",
  "url",
  "continue",
  "target",
];

export async function auditWeb(url: string, functions: string[]): Promise<Finding[]> {
  const base = url.replace(/\/+$/, "");
  const findings: Finding[] = [];
  const first = await fetch(`${base}/functions/v1/health`, { headers: { origin: STRANGER } }).catch(() =>
    null
  );
  if (!first) return [{ rule: "not-looked-at", level: "note", message: "It does not answer", place: base }];
  await first.body?.cancel();
  for (const name of functions) {
    const place = `${base}/functions/v1/${name}`;
    const preflight = await fetch(place, {
      method: "OPTIONS",
      headers: {
        origin: STRANGER,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization",
      },
    });
    await preflight.body?.cancel();
    const allowed = preflight.headers.get("access-control-allow-origin");
    if (
      allowed === STRANGER ||
      allowed === "*" && preflight.headers.get("access-control-allow-credentials") === "true"
    ) {
      findings.push({ rule: "cors", level: "error", message: `It lets ${STRANGER} in`, place });
    } else if (allowed === "*") {
      findings.push({
        rule: "cors",
        level: "error",
        message: "It lets every website read its answers",
        place,
      });
    }
    const asked = await fetch(
      `${place}?${new URLSearchParams(LEADS.map((lead) => [lead, `${STRANGER}/${lead}`]))}`,
      { redirect: "manual" },
    );
    await asked.body?.cancel();
    const location = asked.headers.get("location");
    if (location && new URL(location, base).host === new URL(STRANGER).host) {
      findings.push({ rule: "open-redirect", level: "error", message: `It redirects to ${location}`, place });
    }
    if (asked.headers.get("x-content-type-options") !== "nosniff") {
      findings.push({
        rule: "header",
        level: "warning",
        message: "x-content-type-options: nosniff is missing",
        place,
      });
    }
    for (const header of ["server", "x-powered-by"]) {
      if (/\d/.test(asked.headers.get(header) ?? "")) {
        findings.push({ rule: "header", level: "warning", message: `${header} reveals a version`, place });
      }
    }
    if (base.startsWith("https:") && !asked.headers.has("strict-transport-security")) {
      findings.push({
        rule: "header",
        level: "warning",
        message: "strict-transport-security is missing",
        place,
      });
    }
  }
  return findings;
}

/** Checks the configured origins: only own hosts, and only over TLS. */
export function auditOrigins(origins: string | undefined, place: string): Finding[] {
  const findings: Finding[] = [];
  for (const origin of origins?.split(",").map((one) => one.trim()).filter(Boolean) ?? []) {
    const isLocal = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(origin);
    if (origin.includes("*") || origin === "null") {
      findings.push({
        rule: "cors",
        level: "error",
        message: `ALLOWED_ORIGINS lets everybody in (${origin})`,
        place,
      });
    } else if (!isLocal && !origin.startsWith("https://")) {
      findings.push({
        rule: "cors",
        level: "error",
        message: `ALLOWED_ORIGINS has an origin without TLS (${origin})`,
        place,
      });
    }
  }
  return findings;
}
