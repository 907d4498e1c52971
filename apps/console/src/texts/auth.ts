import { auth as en } from "./en/auth.ts";
import { pick } from "./language.ts";

export const auth = pick({ en });
