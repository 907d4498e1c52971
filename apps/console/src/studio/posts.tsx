import type { Input } from "@streamvibe/client";
import { api } from "../data/client.ts";
import { useAction, useCall, useRows } from "../data/queries.ts";
import { studio as t } from "../texts/studio.ts";
import { useWish } from "../ui/address.ts";
import { say } from "../ui/notices.tsx";
import {
  A,
  Badge,
  Button,
  Card,
  Empty,
  List,
  Page,
  Problem,
  Query,
  Section,
  Select,
  Table,
  Time,
} from "../ui/parts.tsx";
import { platformName } from "../visitor/item_card.tsx";
import { momentOf, PostState, type PostSummary, wordsOf } from "./post_state.tsx";

export default function Posts() {
  const [wish, change] = useWish();
  const { status } = wish as Input<"list-posts">;
  const list = useRows<PostSummary>(["list-posts", status ?? ""], async (cursor, signal) => {
    const page = await api.call("list-posts", { limit: 30, status, ...(cursor ? { cursor } : {}) }, {
      signal,
    });
    return { rows: page.posts, next: page.next_cursor };
  }, { every: 15_000 });
  return (
    <Page
      title={t.posts.title}
      lede={t.posts.lede}
      actions={<A to="/studio/compose" className="button primary">{t.posts.compose}</A>}
    >
      <Problems />
      <div className="filters">
        <Select
          label={t.posts.state}
          value={status ?? ""}
          options={[
            ["", t.library.all],
            ...Object.entries(t.posts.states).filter(([state]) => state !== "waiting"),
          ]}
          onChange={({ target }) => change({ status: target.value || undefined })}
        />
      </div>
      <List
        of={list}
        rows={({ rows }) => rows}
        empty={
          <Empty title={t.posts.none} why={t.posts.none_why}>
            <A to="/studio/compose" className="button primary">{t.posts.compose}</A>
          </Empty>
        }
      >
        {(posts) => (
          <Table
            caption={t.posts.title}
            rows={posts}
            keyOf={({ post_id }) => post_id}
            columns={[
              {
                name: t.posts.columns.post,
                cell: (post) => <A to={`/studio/posts/${post.post_id}`}>{wordsOf(post)}</A>,
              },
              { name: t.posts.columns.state, cell: ({ status }) => <PostState status={status} /> },
              {
                name: t.posts.columns.where,
                cell: ({ targets }) => (
                  <ul className="chips">
                    {targets.map(({ target_id, platform, status }) => (
                      <li key={target_id} className="chip">
                        {platformName(platform)}: {t.posts.states[status] ?? status}
                      </li>
                    ))}
                  </ul>
                ),
              },
              { name: t.posts.columns.when, cell: (post) => <Time at={momentOf(post)} /> },
            ]}
          />
        )}
      </List>
    </Page>
  );
}

/** Targets that failed or whose result is unknown, with who must act. */
function Problems() {
  const list = useCall("list-publishing-problems", { limit: 20 }, { every: 30_000 });
  const settle = useAction(
    (wish: Input<"settle-publishing-problems">) => api.call("settle-publishing-problems", wish),
    { touches: ["list-posts", "list-publishing-problems", "get-post"], onDone: () => say(t.posts.settled) },
  );
  if (list.data?.problems.length === 0) return null;
  return (
    <Section title={t.posts.problems}>
      {settle.error && <Problem error={settle.error} />}
      <Query of={list} rows={1}>
        {({ problems }) => (
          <div className="stack">
            {problems.map((
              { target_id, post_id, platform, status, error_message, who_must_act, updated_at },
            ) => (
              <Card key={target_id}>
                <div className="row between">
                  <span className="row">
                    <PostState status={status} />
                    <A to={`/studio/posts/${post_id}`}>{platformName(platform)}</A>
                    {who_must_act && <Badge>{t.posts.who[who_must_act]}</Badge>}
                  </span>
                  <span className="quiet small">
                    <Time at={updated_at} relative />
                  </span>
                </div>
                <p>{error_message ?? t.posts.state_words[status]}</p>
                <div className="actions">
                  {(["retry", "published", "discard"] as const).map((decision) => (
                    <Button
                      key={decision}
                      className="small"
                      onClick={() => settle.mutate({ target_ids: [target_id], decision })}
                    >
                      {decision === "retry"
                        ? t.posts.retry
                        : decision === "discard"
                        ? t.posts.discard
                        : t.posts.mark_published}
                    </Button>
                  ))}
                </div>
              </Card>
            ))}
          </div>
        )}
      </Query>
    </Section>
  );
}
