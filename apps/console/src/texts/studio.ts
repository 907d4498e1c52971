import { studio as en } from "./en/studio.ts";
import { pick } from "./language.ts";

export const studio = pick({ en });
