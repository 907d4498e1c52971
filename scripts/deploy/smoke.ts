/** Checks that the deployment responds: health, and a visitor's GET on every function, which starts it and changes nothing. */
import * as z from "zod";
import { DeployError } from "./target.ts";

const Health = z.object({ status: z.string(), checks: z.record(z.string(), z.unknown()) });
const PATIENCE_MS = 60_000;
const AT_ONCE = 4;

/** @throws {DeployError} Names every function that does not respond, or the part that is down. */
export async function smokeTest(apiUrl: string, functions: string[]): Promise<void> {
  const failed: string[] = [];
  const left = [...functions];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let name = left.shift(); name; name = left.shift()) {
      const problem = await look(apiUrl, name);
      if (problem) failed.push(`${name} ${problem}`);
    }
  }));
  if (failed.length > 0) throw new DeployError(`The smoke test failed: ${failed.sort().join("; ")}`);
  if (functions.includes("health")) await lookAtHealth(apiUrl);
}

/**
 * Polls health every few seconds for the given time. One bad response may be transient; three in a row are not.
 *
 * @throws {DeployError} If health stays bad.
 */
export async function watchHealth(apiUrl: string, seconds: number): Promise<string> {
  const end = performance.now() + 1_000 * seconds;
  let asked = 0;
  for (let bad = 0; performance.now() < end;) {
    asked += 1;
    bad = await lookAtHealth(apiUrl).then(() => 0, (error) => {
      if (bad === 2) throw error;
      return bad + 1;
    });
    await new Promise((resolve) =>
      setTimeout(resolve, Math.min(5_000, Math.max(0, end - performance.now()), 1_000 * seconds / 4))
    );
  }
  return `healthy for ${seconds} s, checked ${asked} times`;
}

async function lookAtHealth(apiUrl: string): Promise<void> {
  const response = await fetch(`${apiUrl}/functions/v1/health`, { signal: AbortSignal.timeout(PATIENCE_MS) });
  const health = Health.safeParse(await response.json().catch(() => undefined));
  if (!response.ok || !health.success) {
    throw new DeployError(
      `The smoke test failed: health answers ${response.status} ${JSON.stringify(health.data?.checks ?? {})}`,
    );
  }
}

/** A busy database may make a function fail temporarily; three bad responses in a row are the function's own fault. */
async function look(apiUrl: string, name: string): Promise<string | undefined> {
  for (let bad = 1;; bad++) {
    const problem = await ask(apiUrl, name);
    if (!problem || bad === 3) return problem;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

async function ask(apiUrl: string, name: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${apiUrl}/functions/v1/${name}`, {
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await response.body?.cancel();
    const platform = response.headers.get("sb-error-code");
    // A function's own refusal is a valid response. Health is checked in detail below.
    if (platform === null && (response.status < 500 || name === "health")) return undefined;
    return `answers ${response.status}${platform ? ` ${platform}` : ""}`;
  } catch (error) {
    return `does not answer (${error instanceof Error ? error.message : error})`;
  }
}
