/**
 * Maps addresses to pages. Pages load when they are first opened. Their addresses are plain strings because the paths of items and
 * creators are configurable per installation.
 */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouteComponent,
} from "@tanstack/react-router";
import { BASE, config } from "./data/config.ts";
import { OPERATOR_PAGES } from "./operator/pages.ts";
import { STUDIO_PAGES } from "./studio/pages.ts";
import { Crashed, Frame, NotFound } from "./ui/frame.tsx";
import { Loading } from "./ui/parts.tsx";
import Browse from "./visitor/browse.tsx";

/** The pages of a folder: paths relative to the folder's own, with the import of each component. */
export type Pages = Record<string, () => Promise<{ default: RouteComponent }>>;

const VISITOR_PAGES: Pages = {
  // Most visitors open this page first, and it is small, so it is bundled instead of loaded separately.
  "/": () => Promise.resolve({ default: Browse }),
  "/trending": () => import("./visitor/trending.tsx"),
  "/creators": () => import("./visitor/creators.tsx"),
  "/search": () => import("./visitor/search.tsx"),
  "/sign-in": () => import("./ui/sign_in.tsx"),
  "/sign-up": () => import("./ui/sign_up.tsx"),
  "/recover": () => import("./ui/recover.tsx"),
  "/oauth/callback": () => import("./studio/oauth_callback.tsx"),
  "/deletion": () => import("./visitor/deletion.tsx"),
};

export function makeRouter() {
  const root = createRootRoute({ component: Frame, notFoundComponent: NotFound });
  const leaves = (parent: typeof root, pages: Pages) =>
    Object.entries(pages).map(([path, load]) =>
      createRoute({
        getParentRoute: () => parent,
        path,
        component: lazyRouteComponent(load),
        pendingComponent: Loading,
      })
    );
  /** Creates a section behind the sign-in, with its own navigation. */
  const part = (path: string, load: () => Promise<{ default: RouteComponent }>, pages: Pages) => {
    const shell = createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load) });
    return shell.addChildren(leaves(shell as unknown as typeof root, pages));
  };
  const visitor = leaves(root, {
    ...VISITOR_PAGES,
    [pattern(config.item_path ?? "/v/{id}")]: () => import("./visitor/item.tsx"),
    [pattern(config.creator_path ?? "/@{slug}")]: () => import("./visitor/creator.tsx"),
  });
  const routeTree = root.addChildren([
    ...visitor,
    part("/studio", () => import("./studio/shell.tsx"), STUDIO_PAGES),
    part("/operator", () => import("./operator/shell.tsx"), OPERATOR_PAGES),
  ]);
  return createRouter({
    routeTree,
    basepath: BASE || "/",
    defaultPreload: "intent",
    defaultErrorComponent: Crashed,
    defaultNotFoundComponent: NotFound,
    defaultPendingMs: 300,
    scrollRestoration: true,
    // Values stay strings: 64-bit ids would lose precision as numbers.
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch: (search) => {
      const pairs = Object.entries(search).filter(([, value]) => value !== undefined && value !== "");
      const text = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString();
      return text && `?${text}`;
    },
  });
}

/** Converts `/v/{id}` to the router's syntax. */
const pattern = (path: string) => path.replace(/\{(\w+)\}/g, (_, name: string) => `{$${name}}`);
