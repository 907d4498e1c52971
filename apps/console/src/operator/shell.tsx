import { Outlet, useRouterState } from "@tanstack/react-router";
import { BASE } from "../data/config.ts";
import { useRolesRead } from "../data/roles.ts";
import { operator as t } from "../texts/operator.ts";
import { A, Empty, Loading, Page, Problem } from "../ui/parts.tsx";
import { type Places, Shell } from "../ui/shell.tsx";
import { FOR_MODERATORS } from "./data.ts";

/** The navigation, in the order in which an operator checks things. */
const PLACES: Places = [
  {
    title: t.nav.now,
    links: [["/operator", t.nav.overview], ["/operator/alerts", t.nav.alerts], [
      "/operator/requests",
      t.nav.requests,
    ]],
  },
  {
    title: t.nav.work,
    links: [
      ["/operator/queue", t.nav.queue],
      ["/operator/jobs", t.nav.jobs],
      ["/operator/dead-letters", t.nav.dead_letters],
      ["/operator/cron", t.nav.cron],
      ["/operator/calls", t.nav.calls],
      ["/operator/publishing", t.nav.publishing],
    ],
  },
  {
    title: t.nav.outside,
    links: [
      ["/operator/providers", t.nav.providers],
      ["/operator/accounts", t.nav.accounts],
      ["/operator/ai", t.nav.ai],
      ["/operator/webhooks", t.nav.webhooks],
      ["/operator/database", t.nav.database],
    ],
  },
  {
    title: t.nav.people,
    links: [
      ["/operator/users", t.nav.users],
      ["/operator/plans", t.nav.plans],
      ["/operator/moderation", t.nav.moderation],
      ["/operator/audit", t.nav.audit],
    ],
  },
];

export default function OperatorShell() {
  const read = useRolesRead();
  const roles = read.data?.map(({ role }) => role);
  const path = useRouterState({
    select: ({ location: { pathname } }) =>
      (pathname.startsWith(BASE) ? pathname.slice(BASE.length) : pathname).replace(/\/$/, ""),
  });
  const isAdmin = roles?.includes("admin");
  const may = (to: string) => isAdmin || FOR_MODERATORS.some((open) => open === to);
  const isStaff = roles?.some((role) => role !== "user");
  const places = isStaff === false
    ? []
    : PLACES.map(({ title, links }) => ({ title, links: links.filter(([to]) => may(to)) }))
      .filter(({ links }) => links.length > 0);
  const isHere = isAdmin ||
    FOR_MODERATORS.some((open) => path === open || open !== "/operator" && path.startsWith(`${open}/`));
  return (
    <Shell label={t.nav.label} places={places}>
      {roles === undefined
        ? read.error ? <Problem error={read.error} retry={() => void read.refetch()} /> : <Loading />
        : !isStaff
        ? (
          <Page title={t.forbidden.title}>
            <Empty title={t.forbidden.only} why={t.forbidden.why}>
              <A to="/studio" className="button primary">{t.forbidden.studio}</A>
            </Empty>
          </Page>
        )
        : !isHere
        ? (
          <Page title={t.forbidden.admins}>
            <Empty title={t.forbidden.admins_only} why={t.forbidden.admins_why} />
          </Page>
        )
        : (
          <div className="operator">
            <Outlet />
          </div>
        )}
    </Shell>
  );
}
