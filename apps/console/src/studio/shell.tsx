import { studio as t } from "../texts/studio.ts";
import { type Places, Shell } from "../ui/shell.tsx";

const PLACES: Places = [
  {
    title: t.nav.start,
    links: [["/studio", t.nav.home], ["/studio/feed", t.nav.feed], ["/studio/welcome", t.nav.welcome], [
      "/studio/notifications",
      t.nav.notifications,
    ]],
  },
  {
    title: t.nav.content,
    links: [["/studio/accounts", t.nav.accounts], ["/studio/library", t.nav.library], [
      "/studio/suggestions",
      t.nav.suggestions,
    ]],
  },
  {
    title: t.nav.publish,
    links: [["/studio/compose", t.nav.compose], ["/studio/posts", t.nav.posts], [
      "/studio/calendar",
      t.nav.calendar,
    ]],
  },
  { title: t.nav.grow, links: [["/studio/analytics", t.nav.analytics], ["/studio/seo", t.nav.seo]] },
  {
    title: t.nav.work,
    links: [
      ["/studio/jobs", t.nav.jobs],
      ["/studio/webhooks", t.nav.webhooks],
      ["/studio/plan", t.nav.plan],
      ["/studio/ai", t.nav.ai],
      ["/studio/profile", t.nav.profile],
    ],
  },
];

export default function StudioShell() {
  return <Shell label={t.nav.label} places={PLACES} />;
}
