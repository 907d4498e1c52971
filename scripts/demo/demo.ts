/**
 * `deno task demo`: walks through a creator's whole journey, from sign-up to disconnect, as an app would. Every step checks its own result;
 * the first failure ends the walk with exit code 1.
 */
import { parseArgs } from "node:util";
import { newJourney, type Step } from "../journey/journey.ts";
import { duration, Narrator } from "./narrator.ts";
import { changePlan } from "../journey/steps/change_plan.ts";
import { confirm } from "../journey/steps/confirm.ts";
import { connect } from "../journey/steps/connect.ts";
import { disconnect } from "../journey/steps/disconnect.ts";
import { disconnectOthers } from "../journey/steps/disconnect_others.ts";
import { edit } from "../journey/steps/edit.ts";
import { connectPlatform, PLATFORMS, syncPlatform } from "../journey/steps/platforms.ts";
import { follow } from "../journey/steps/follow.ts";
import { profile } from "../journey/steps/profile.ts";
import { publish } from "../journey/steps/publish.ts";
import { searchTags, searchTypos, searchWords } from "../journey/steps/search.ts";
import { secondAccount } from "../journey/steps/second_account.ts";
import { signUp } from "../journey/steps/sign_up.ts";
import { submitPages } from "../journey/steps/submit_pages.ts";
import { suggest } from "../journey/steps/suggest.ts";
import { sync } from "../journey/steps/sync.ts";
import { becomePublic, browse, click, searchPublic } from "../journey/steps/visitor.ts";
import { findTarget } from "./target.ts";

const STEPS: Step[] = [
  signUp,
  confirm,
  profile,
  connect,
  sync,
  searchWords,
  searchTags,
  searchTypos,
  edit,
  secondAccount,
  changePlan,
  ...PLATFORMS.flatMap((platform) => [connectPlatform(platform), syncPlatform(platform)]),
  publish,
  suggest,
  becomePublic,
  submitPages,
  browse,
  searchPublic,
  click,
  follow,
  disconnect,
  disconnectOthers,
];

const USAGE = `Usage: deno task demo [--stack FILE] [--channel TEXT]
Runs the whole journey of a creator and a visitor against the running stack, or against a stack of its own when none runs.

  --stack FILE    stack.json of the stack to use (default: $STREAMVIBE_HOME/stack.json, .local/stack.json)
  --channel TEXT  connect a channel whose title contains this text, or that has this id
  --help          print this text

Steps: ${STEPS.map(({ name }) => name).join(" → ")}
With STREAMVIBE_CATALOG (or a running stack that was started with it) the channel comes from the real catalogue.`;

Deno.exit(await main());

async function main(): Promise<number> {
  let options: { stack?: string; channel?: string; help?: boolean };
  try {
    options = parseArgs({
      options: {
        stack: { type: "string" },
        channel: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return 2;
  }
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  const narrator = new Narrator();
  let stop = () => Promise.resolve();
  let interrupted = false;
  try {
    const target = await findTarget(narrator, options.stack);
    stop = target.stop;
    // Ctrl-C must not leave the demo's own stack running.
    Deno.addSignalListener("SIGINT", () => {
      interrupted = true;
      stop().finally(() => Deno.exit(130));
    });
    const started = performance.now();
    // A new address each time, so that the demo can run any number of times on one stack.
    const journey = newJourney(target.stack, {
      email: `robin-${crypto.randomUUID().slice(0, 8)}@example.com`,
      password: crypto.randomUUID(),
      name: "Robin Ekström",
      search: options.channel,
    });
    for (const { name, run } of STEPS) await narrator.step(name, (progress) => run(journey, progress));
    narrator.say(`${STEPS.length} steps in ${duration(performance.now() - started)}`);
    return 0;
  } catch (error) {
    if (!interrupted) narrator.fail(error);
    return 1;
  } finally {
    await stop();
  }
}
