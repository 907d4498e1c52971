import { api } from "../data/client.ts";
import { useAction, useCall } from "../data/queries.ts";
import { studio as t } from "../texts/studio.ts";
import { useParam } from "../ui/address.ts";
import { useAsk } from "../ui/ask.tsx";
import { say } from "../ui/notices.tsx";
import { A, Button, Card, Page, Problem, Query, Section, Table, Time } from "../ui/parts.tsx";
import { platformName } from "../visitor/item_card.tsx";
import { nameOf, useAccounts, zone } from "./data.ts";
import { PostState, type Target, wordsOf } from "./post_state.tsx";

const MOVING = ["scheduled", "publishing", "waiting", "unknown"];
const TOUCHED = ["get-post", "list-posts", "list-publishing-problems"];

export default function PostPage() {
  const post_id = useParam("id");
  const post = useCall("get-post", { post_id }, { every: 4_000 });
  const accounts = useAccounts();
  const [ask, question] = useAsk();
  const publish = useAction(() => api.call("publish-post", { post_id, time_zone: zone() }), {
    touches: TOUCHED,
    onDone: () => say(t.compose.sent.now ?? ""),
  });
  const cancel = useAction(() => api.call("cancel-post", { post_id }), {
    touches: TOUCHED,
    onDone: ({ cancelled, too_late }) => say(t.posts.cancelled(cancelled, too_late)),
  });
  const settle = useAction(
    (wish: { id: string; decision: "retry" | "discard" | "published" }) =>
      api.call("settle-publishing-problems", { target_ids: [wish.id], decision: wish.decision }),
    { touches: TOUCHED, onDone: () => say(t.posts.settled) },
  );
  return (
    <Query of={post} rows={4}>
      {(post) => (
        <Page
          title={wordsOf(post)}
          lede={
            <>
              <PostState status={post.status} /> {t.posts.state_words[post.status]} {post.publish_at && (
                <>
                  {t.posts.when} <Time at={post.publish_at} />
                </>
              )}
            </>
          }
          actions={
            <>
              {post.status === "draft" && (
                <Button
                  kind="primary"
                  busy={publish.isPending}
                  onClick={() => publish.mutate()}
                >
                  {t.posts.now}
                </Button>
              )}
              {["draft", "scheduled"].includes(post.status) && (
                <A to="/studio/compose" search={{ post: post_id }} className="button plain">{t.posts.edit}</A>
              )}
              {(post.status === "draft" || MOVING.includes(post.status)) && (
                <Button
                  kind="danger"
                  busy={cancel.isPending}
                  onClick={async () => {
                    const yes = await ask({
                      title: t.posts.cancel_title,
                      text: <p>{t.posts.cancel_text}</p>,
                      action: t.posts.cancel,
                      isDanger: true,
                    });
                    if (yes) cancel.mutate();
                  }}
                >
                  {t.posts.cancel}
                </Button>
              )}
            </>
          }
        >
          {(publish.error || cancel.error || settle.error) && (
            <Problem error={publish.error ?? cancel.error ?? settle.error} />
          )}
          <Card>
            <p className="pre">{post.body || "–"}</p>
          </Card>
          <div className="stack">
            {post.targets.map((target) => {
              const account = accounts.data?.find(({ id }) => id === target.social_account_id);
              return (
                <Section
                  key={target.target_id}
                  title={`${platformName(target.platform)}${account ? `: ${nameOf(account)}` : ""}`}
                  actions={<PostState status={target.status} />}
                >
                  <Place
                    target={target}
                    settle={(decision) => settle.mutate({ id: target.target_id, decision })}
                  />
                </Section>
              );
            })}
          </div>
          {question}
        </Page>
      )}
    </Query>
  );
}

function Place(
  { target, settle }: { target: Target; settle: (decision: "retry" | "discard" | "published") => void },
) {
  const {
    status,
    permalink,
    error_message,
    error_code,
    who_must_act,
    due_at,
    next_at,
    wait_reason,
    history,
  } = target;
  return (
    <Card>
      <div className="stack">
        <p>{t.posts.state_words[status]}</p>
        {error_message && (
          <p className="field-error">
            {error_message} <code>{error_code}</code>
          </p>
        )}
        {wait_reason && <p className="quiet">{wait_reason}</p>}
        <dl className="facts">
          <div>
            <dt>{t.library.kind}</dt>
            <dd>{t.compose.kinds[target.kind] ?? target.kind}</dd>
          </div>
          {due_at && (
            <div>
              <dt>{t.posts.due}</dt>
              <dd>
                <Time at={due_at} />
              </dd>
            </div>
          )}
          {next_at && (
            <div>
              <dt>{t.posts.next_try}</dt>
              <dd>
                <Time at={next_at} relative />
              </dd>
            </div>
          )}
          {who_must_act && (
            <div>
              <dt>{t.posts.problems}</dt>
              <dd>{t.posts.who[who_must_act]}</dd>
            </div>
          )}
        </dl>
        <div className="actions">
          {permalink && (
            <a className="button plain small" href={permalink} target="_blank" rel="noopener">
              {t.posts.open}
            </a>
          )}
          {(status === "failed" || status === "unknown") && (
            <>
              <Button className="small" onClick={() => settle("retry")}>{t.posts.retry}</Button>
              <Button className="small" onClick={() => settle("published")}>{t.posts.mark_published}</Button>
              <Button className="small" onClick={() => settle("discard")}>{t.posts.discard}</Button>
            </>
          )}
        </div>
        <details>
          <summary>{t.posts.history}</summary>
          {history.length === 0 ? <p className="quiet">{t.posts.history_none}</p> : (
            <Table
              caption={t.posts.history}
              rows={history.map((step, at) => ({ ...step, at }))}
              keyOf={({ at }) => String(at)}
              columns={[
                { name: t.jobs.columns.job, cell: ({ step, attempt }) => `${step} (${attempt})` },
                { name: t.posts.columns.state, cell: ({ status }) => status },
                {
                  name: t.seo.columns.why,
                  cell: ({ note, error_code }) => [error_code, note].filter(Boolean).join(": ") || "–",
                },
                { name: t.posts.columns.when, cell: ({ armed_at }) => <Time at={armed_at} /> },
              ]}
            />
          )}
        </details>
      </div>
    </Card>
  );
}
