/** The creator's pages, by their addresses below /studio. */
import type { Pages } from "../router.tsx";

export const STUDIO_PAGES: Pages = {
  "/": () => import("./home.tsx"),
};
