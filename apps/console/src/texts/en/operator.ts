/** The operator's pages. */
export const operator = {
  nav: { label: "Operations", now: "Now", overview: "Overview" },
  forbidden: {
    title: "These pages are for operators",
    why: "Your account is neither moderator nor admin. An admin can make it one under Users.",
  },
  overview: { title: "What is wrong now", health: "Health" },
  checks: {
    database: "Database",
    vault: "Vault",
    queue: "Queue",
    cron: "Cron",
    settings: "Settings",
  } as Record<string, string>,
};
