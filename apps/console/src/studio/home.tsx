import type { Row } from "@streamvibe/client";
import type { ReactNode } from "react";
import { useUserId } from "../data/client.ts";
import { useCall, useTable } from "../data/queries.ts";
import { studio as t } from "../texts/studio.ts";
import { A, Card, Empty, Figure, Figures, Num, Page, Query, Section, Table, Time } from "../ui/parts.tsx";
import { dayBefore } from "../ui/plots.tsx";
import { kindName } from "../visitor/item_card.tsx";
import { isConnected, nameOf, useAccounts, useMe } from "./data.ts";
import { JOB_COLUMNS, JobProgress, type JobRow, JobState, useJobNames } from "./job_state.tsx";
import { QuotaBars } from "./plan.tsx";

type Item = Pick<Row<"content_item">, "id" | "title" | "content_type" | "views_count" | "published_at">;
const MOST = 200;

export default function Home() {
  const user = useUserId();
  const me = useMe();
  const nameOfJob = useJobNames();
  const accounts = useAccounts(30_000);
  const items = useTable<Item[]>(
    ["content_item", "home"],
    (from, signal) =>
      from("content_item").select("id, title, content_type, views_count, published_at").eq("user_id", user)
        .is("deleted_at", null)
        .order("published_at", { ascending: false }).limit(MOST).abortSignal(signal),
  );
  const jobs = useTable<JobRow[]>(
    ["job_queue", "home"],
    (from, signal) =>
      from("job_queue").select(JOB_COLUMNS).eq("user_id", user).order("created_at", { ascending: false })
        .limit(5).abortSignal(signal),
    { every: 10_000 },
  );
  const clicks = useCall("get-click-stats", { since: dayBefore(6), until: dayBefore(0) });
  const rows = items.data;
  return (
    <Page title={t.home.title(me.data?.display_name ?? "")} lede={t.home.lede}>
      <Needs />
      <Figures>
        <Figure name={t.home.items} note={t.home.items_note}>
          {rows && rows.length === MOST
            ? `${MOST}+`
            : <Num value={items.error ? null : rows?.length ?? null} />}
        </Figure>
        <Figure name={t.home.views} note={t.home.views_note}>
          <Num
            value={items.error || !rows ? null : rows.reduce((sum, { views_count }) => sum + views_count, 0)}
            compact
          />
        </Figure>
        <Figure name={t.home.clicks} note={t.home.clicks_note}>
          <Num value={clicks.error ? null : clicks.data?.total_clicks ?? null} compact />
        </Figure>
        <Figure name={t.home.accounts}>
          <Num value={accounts.error ? null : accounts.data?.filter(isConnected).length ?? null} />
        </Figure>
      </Figures>
      <Section title={t.home.quotas}>
        <Card>
          <QuotaBars />
        </Card>
      </Section>
      <div className="halves">
        <Section title={t.home.newest} actions={<A to="/studio/library">{t.home.library}</A>}>
          <Query
            of={items}
            empty={(all) =>
              all.length === 0 && (
                <Empty title={t.home.no_items} why={t.home.no_items_why}>
                  <A to="/studio/welcome" className="button primary">{t.home.connect}</A>
                </Empty>
              )}
          >
            {(all) => (
              <Table
                caption={t.home.newest}
                rows={all.slice(0, 6)}
                keyOf={({ id }) => id}
                columns={[
                  {
                    name: t.library.columns.item,
                    cell: ({ id, title, content_type }) => (
                      <A to={`/studio/library/${id}`}>{title || kindName(content_type)}</A>
                    ),
                  },
                  {
                    name: t.library.columns.views,
                    numeric: true,
                    cell: ({ views_count }) => <Num value={views_count} compact />,
                  },
                  {
                    name: t.library.columns.published,
                    cell: ({ published_at }) => <Time at={published_at} relative />,
                  },
                ]}
              />
            )}
          </Query>
        </Section>
        <Section title={t.home.jobs} actions={<A to="/studio/jobs">{t.home.all_jobs}</A>}>
          <Query
            of={jobs}
            empty={(all) => all.length === 0 && <Empty title={t.jobs.none} why={t.jobs.none_why} />}
          >
            {(all) => (
              <Table
                caption={t.home.jobs}
                rows={all}
                keyOf={({ id }) => id}
                columns={[
                  {
                    name: t.jobs.columns.job,
                    cell: ({ id, job_type }) => <A to={`/studio/jobs/${id}`}>{nameOfJob(job_type)}</A>,
                  },
                  { name: t.jobs.columns.state, cell: ({ status }) => <JobState status={status} /> },
                  { name: t.jobs.columns.progress, cell: (job) => <JobProgress job={job} /> },
                ]}
              />
            )}
          </Query>
        </Section>
      </div>
    </Page>
  );
}

/** Lists what needs the creator's attention, with links. If a source fails, its error is shown instead of an incomplete list. */
function Needs() {
  const user = useUserId();
  const me = useMe();
  const accounts = useAccounts();
  const problems = useCall("list-publishing-problems", { who_must_act: "creator", limit: 1 });
  const unread = useTable<{ id: string }[]>(
    ["notification", "unread"],
    (from, signal) =>
      from("notification").select("id").eq("user_id", user).is("read_at", null).limit(100).abortSignal(
        signal,
      ),
  );
  const needs: [string, string, ReactNode][] = [];
  const broken =
    accounts.data?.filter((account) => account.deleted_at === null && account.status !== "active") ?? [];
  for (const account of broken) {
    needs.push([account.id, "/studio/accounts", t.home.reconnect(nameOf(account))]);
  }
  if (problems.data && problems.data.total > 0) {
    needs.push(["problems", "/studio/posts", t.home.problems(problems.data.total)]);
  }
  if (me.data && !me.data.is_public) needs.push(["public", "/studio/profile", t.home.not_public]);
  if (unread.data && unread.data.length > 0) {
    needs.push(["unread", "/studio/notifications", t.home.unread(unread.data.length)]);
  }
  const sources = [me, accounts, problems, unread];
  const isKnown = sources.every(({ data }) => data !== undefined);
  const failed = sources.find(({ error }) => error);
  return (
    <Section title={t.home.needs}>
      {failed
        ? <Query of={failed as typeof me}>{() => null}</Query>
        : needs.length === 0 && isKnown && <p className="quiet">{t.home.needs_nothing}</p>}
      {needs.length > 0 && (
        <ul className="needs">
          {needs.map(([key, to, text]) => (
            <li key={key}>
              <A to={to}>{text}</A>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
