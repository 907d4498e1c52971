import { operator as en } from "./en/operator.ts";
import { pick } from "./language.ts";

export const operator = pick({ en });
