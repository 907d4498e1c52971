/** The operator's pages, by their addresses below /operator. */
import type { Pages } from "../router.tsx";

export const OPERATOR_PAGES: Pages = {
  "/": () => import("./overview.tsx"),
};
