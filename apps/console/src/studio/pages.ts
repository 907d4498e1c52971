/** The studio's pages, by their paths below /studio. */
import type { Pages } from "../router.tsx";

export const STUDIO_PAGES: Pages = {
  "/": () => import("./home.tsx"),
  "/welcome": () => import("./welcome.tsx"),
  "/feed": () => import("./feed.tsx"),
  "/notifications": () => import("./notifications.tsx"),
  "/accounts": () => import("./accounts.tsx"),
  "/library": () => import("./library.tsx"),
  "/library/$id": () => import("./item.tsx"),
  "/suggestions": () => import("./suggestions.tsx"),
  "/posts": () => import("./posts.tsx"),
  "/posts/$id": () => import("./post.tsx"),
  "/calendar": () => import("./calendar.tsx"),
  "/compose": () => import("./compose.tsx"),
  "/analytics": () => import("./analytics.tsx"),
  "/seo": () => import("./seo.tsx"),
  "/jobs": () => import("./jobs.tsx"),
  "/jobs/$id": () => import("./job.tsx"),
  "/webhooks": () => import("./webhooks.tsx"),
  "/plan": () => import("./plan.tsx"),
  "/ai": () => import("./ai.tsx"),
  "/profile": () => import("./profile.tsx"),
};
