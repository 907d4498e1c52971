import { frame as en } from "./en/frame.ts";
import { pick } from "./language.ts";

export const frame = pick({ en });
