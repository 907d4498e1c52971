/** Creates demo data with the same steps as a real creator, so a start that prints `ready` has exercised the main flow. */
import { newJourney, type Stack } from "./journey.ts";
import { confirm } from "./steps/confirm.ts";
import { connect } from "./steps/connect.ts";
import { profile } from "./steps/profile.ts";
import { signUp } from "./steps/sign_up.ts";
import { sync } from "./steps/sync.ts";
import { becomePublic } from "./steps/visitor.ts";

/** The functions that the steps call, in order. */
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

/** The creator to make, and the size of their channel. */
export interface Seeded {
  email: string;
  name: string;
  videos: number;
}

/** Returns the next demo creator. `attempt` is the number of existing demo creators: one whose setup was interrupted is left alone. */
export function demoCreator(attempt: number): Seeded {
  // Two pages of videos: enough to look at, and quick to sync.
  return {
    email: `demo${attempt > 0 ? `-${attempt + 1}` : ""}@example.com`,
    name: "Demo Creator",
    videos: 100,
  };
}

export async function seed(
  stack: Stack,
  { email, name, videos }: Seeded,
  say: (text: string) => void,
): Promise<DemoLogin> {
  const login = { email, password: "streamvibe-demo" };
  const journey = newJourney(stack, { ...login, name, videos });
  for (const step of [signUp, confirm, profile, connect, sync, becomePublic]) {
    try {
      const seen = await step.run(journey, {
        update: (done, total) => say(`${step.name}: ${done} of ${total}`),
      });
      say(`${step.name}: ${seen}`);
    } catch (error) {
      throw new Error(`${step.name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return login;
}
