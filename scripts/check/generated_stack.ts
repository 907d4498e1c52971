/** One fresh stack shared by all generators that read a database: the first that needs it boots it, and the program that ran them stops it. */
import { type BootedStack, bootStack } from "../test_runner/boot.ts";

let booting: Promise<BootedStack> | undefined;

/** Returns a stack whose database has every module and nothing else. */
export function freshStack(): Promise<BootedStack> {
  return booting ??= bootStack({ comparesAnswers: false });
}

/** Stops the stack that `freshStack` booted. */
export async function endFreshStack(): Promise<void> {
  const stack = await booting?.catch(() => undefined);
  booting = undefined;
  await stack?.stop();
}
