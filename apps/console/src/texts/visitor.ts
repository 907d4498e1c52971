import { visitor as en } from "./en/visitor.ts";
import { pick } from "./language.ts";

export const visitor = pick({ en });
