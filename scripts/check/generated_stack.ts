/** One fresh stack for all generators that read a database: booted by the first that needs it, ended by whoever ran them. */
import { type BootedStack, bootStack } from "../test_runner/boot.ts";

let booting: Promise<BootedStack> | undefined;

/** A database that has every module, and nothing else. */
export function freshStack(): Promise<BootedStack> {
  return booting ??= bootStack({ comparesAnswers: false });
}

/** Ends what `freshStack` has booted. */
export async function endFreshStack(): Promise<void> {
  const stack = await booting?.catch(() => undefined);
  booting = undefined;
  await stack?.stop();
}
