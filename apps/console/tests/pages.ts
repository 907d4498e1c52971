/** Every page, and what it shows first once it is there. Each is looked at in every width, light and dark. */
export const VISITOR_PAGES: string[] = [
  "/",
  "/trending",
  "/creators",
  "/search?q=travel",
  "/sign-in",
  "/sign-up",
  "/recover",
];
export const STUDIO_PAGES: string[] = [
  "",
  "/welcome",
  "/feed",
  "/notifications",
  "/accounts",
  "/library",
  "/suggestions",
  "/posts",
  "/calendar",
  "/compose",
  "/analytics",
  "/seo",
  "/jobs",
  "/webhooks",
  "/plan",
  "/ai",
  "/profile",
].map((path) => `/studio${path}`);
export const OPERATOR_PAGES: string[] = ["/operator"];
