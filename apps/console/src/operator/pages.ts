/** The operator's pages, by their paths below /operator. */
import type { Pages } from "../router.tsx";

export const OPERATOR_PAGES: Pages = {
  "/": () => import("./overview.tsx"),
  "/alerts": () => import("./alerts.tsx"),
  "/requests": () => import("./requests.tsx"),
  "/queue": () => import("./queue.tsx"),
  "/jobs": () => import("./jobs.tsx"),
  "/jobs/$id": () => import("./job.tsx"),
  "/dead-letters": () => import("./dead_letters.tsx"),
  "/cron": () => import("./cron.tsx"),
  "/calls": () => import("./calls.tsx"),
  "/publishing": () => import("./publishing.tsx"),
  "/providers": () => import("./providers.tsx"),
  "/accounts": () => import("./accounts.tsx"),
  "/ai": () => import("./ai.tsx"),
  "/webhooks": () => import("./webhooks.tsx"),
  "/database": () => import("./database.tsx"),
  "/users": () => import("./users.tsx"),
  "/users/$id": () => import("./person.tsx"),
  "/plans": () => import("./plans.tsx"),
  "/moderation": () => import("./moderation.tsx"),
  "/audit": () => import("./audit.tsx"),
};
