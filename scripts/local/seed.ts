/**
 * Demo data, made the way a creator makes them: sign-up, the mail's link, profile, consent, callback, sync. The demo's own
 * steps do it, so that a start which prints `ready` has seen the main job work.
 */
import { createClient } from "@supabase/supabase-js";
import type { Journey } from "../demo/journey.ts";
import { confirm } from "../demo/steps/confirm.ts";
import { connect } from "../demo/steps/connect.ts";
import { profile } from "../demo/steps/profile.ts";
import { signUp } from "../demo/steps/sign_up.ts";
import { sync } from "../demo/steps/sync.ts";
import type { StackInfo } from "./home/home.ts";
import { StartError } from "./home/settings.ts";

/** The functions that the steps call, in their order. */
export const SEEDING_FUNCTIONS = [
  "auth-profile-setup",
  "oauth-youtube-init",
  "oauth-youtube-callback",
  "sync-youtube",
];

export interface DemoLogin {
  email: string;
  password: string;
}

/** `attempt` counts the demo creators that there are: one whose making was cut off is left alone. */
export async function seed(
  info: StackInfo,
  attempt: number,
  say: (text: string) => void,
): Promise<DemoLogin> {
  const login = {
    email: `demo${attempt > 0 ? `-${attempt + 1}` : ""}@example.com`,
    password: "streamvibe-demo",
  };
  const journey: Journey = {
    stack: info,
    app: createClient(info.api_url, info.publishable_key, {
      auth: { persistSession: false, autoRefreshToken: false },
    }),
    name: "Demo Creator",
    search: undefined,
    // Two pages: enough to look at, and soon there.
    videos: 100,
    ...login,
  };
  for (const step of [signUp, confirm, profile, connect, sync]) {
    try {
      const seen = await step.run(journey, {
        update: (done, total) => say(`${step.name}: ${done} of ${total}`),
      });
      say(`${step.name}: ${seen}`);
    } catch (error) {
      throw new StartError(
        `Cannot make the demo data: ${step.name}: ${error instanceof Error ? error.message : error}\n` +
          `  ${info.log_dir}/functions.log may say more; STREAMVIBE_SEED=off starts without demo data`,
      );
    }
  }
  return login;
}
