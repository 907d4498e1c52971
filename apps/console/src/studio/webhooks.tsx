import type { Output } from "@streamvibe/client";
import { useState } from "react";
import { api } from "../data/client.ts";
import { useDraft } from "../data/drafts.ts";
import { useAction, useCall } from "../data/queries.ts";
import { studio as t } from "../texts/studio.ts";
import { Dialog, useAsk } from "../ui/ask.tsx";
import { say } from "../ui/notices.tsx";
import {
  Badge,
  Button,
  Card,
  Check,
  Empty,
  Page,
  Problem,
  Query,
  Section,
  Table,
  TextField,
  Time,
  type Tone,
} from "../ui/parts.tsx";

type Endpoint = Output<"list-webhooks">["endpoints"][number];
const EVENTS = [
  "post.published",
  "post.partly_published",
  "post.failed",
  "post.unknown",
  "post.target.published",
  "post.target.failed",
  "post.target.unknown",
];
const TONES: Record<string, Tone> = { waiting: "info", delivered: "good", failed: "bad" };

export default function Webhooks() {
  const list = useCall("list-webhooks", undefined, { every: 10_000 });
  const [secret, setSecret] = useState<string>();
  return (
    <Page title={t.webhooks.title} lede={t.webhooks.lede}>
      <Query
        of={list}
        empty={({ endpoints }) =>
          endpoints.length === 0 && <Empty title={t.webhooks.none} why={t.webhooks.none_why} />}
      >
        {({ endpoints }) => (
          <div className="stack">
            {endpoints.map((endpoint) => (
              <One key={endpoint.endpoint_id} endpoint={endpoint} onSecret={setSecret} />
            ))}
          </div>
        )}
      </Query>
      <Section title={t.webhooks.add}>
        <Card>
          <Add onSecret={setSecret} />
        </Card>
      </Section>
      {secret && (
        <Dialog title={t.webhooks.secret} isOpen onClose={() => setSecret(undefined)}>
          <p>{t.webhooks.secret_text}</p>
          <pre className="code">{secret}</pre>
          <div className="actions">
            <Button
              kind="primary"
              onClick={() =>
                void navigator.clipboard?.writeText(secret).then(() => say(t.webhooks.copied), () => {})}
            >
              {t.webhooks.copy}
            </Button>
          </div>
        </Dialog>
      )}
    </Page>
  );
}

function Add({ onSecret }: { onSecret: (secret: string) => void }) {
  const empty = { url: "", description: "", events: [] as string[] };
  const [draft, setDraft, clear] = useDraft("webhook", empty);
  const add = useAction(() => api.call("save-webhook", draft), {
    touches: ["list-webhooks"],
    onDone: ({ secret }) => {
      clear();
      if (secret) onSecret(secret);
    },
  });
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate();
      }}
    >
      <div className="halves">
        <TextField
          label={t.webhooks.url}
          hint={t.webhooks.url_hint}
          type="url"
          required
          value={draft.url}
          onChange={({ target }) => setDraft({ ...draft, url: target.value })}
        />
        <TextField
          label={t.webhooks.description}
          optional
          maxLength={200}
          value={draft.description}
          onChange={({ target }) => setDraft({ ...draft, description: target.value })}
        />
      </div>
      <fieldset>
        <legend>{t.webhooks.events}</legend>
        <p className="hint">{t.webhooks.events_hint}</p>
        <div className="row">
          {EVENTS.map((event) => (
            <Check
              key={event}
              label={<code>{event}</code>}
              checked={draft.events.includes(event)}
              onChange={({ target }) =>
                setDraft({
                  ...draft,
                  events: target.checked
                    ? [...draft.events, event]
                    : draft.events.filter((one) => one !== event),
                })}
            />
          ))}
        </div>
      </fieldset>
      {add.error && <Problem error={add.error} />}
      <div className="actions">
        <Button type="submit" kind="primary" busy={add.isPending}>{t.webhooks.save}</Button>
      </div>
    </form>
  );
}

function One({ endpoint, onSecret }: { endpoint: Endpoint; onSecret: (secret: string) => void }) {
  const { endpoint_id, url, description, events, is_active, paused_because, failing_since, deliveries } =
    endpoint;
  const [ask, question] = useAsk();
  const touches = ["list-webhooks"];
  const save = useAction(
    (change: { is_active?: boolean; rotate_secret?: boolean }) =>
      api.call("save-webhook", { endpoint_id, ...change }),
    { touches, onDone: ({ secret }) => secret && onSecret(secret) },
  );
  const remove = useAction(() => api.call("delete-webhook", { endpoint_id }), {
    touches,
    onDone: () => say(t.webhooks.removed),
  });
  const send = useAction(
    (delivery_id: string | undefined) =>
      api.call("send-webhook", { endpoint_id, ...(delivery_id ? { delivery_id } : {}) }),
    { touches, onDone: () => say(t.webhooks.tested) },
  );
  const failed = save.error ?? remove.error ?? send.error;
  return (
    <Card>
      <div className="stack">
        <div className="row between">
          <div>
            <h2>{url}</h2>
            <p className="quiet small">
              {[description, events.length > 0 ? events.join(", ") : t.webhooks.events_hint].filter(Boolean)
                .join(" · ")}
            </p>
          </div>
          <Badge tone={is_active ? "good" : "warn"}>
            {is_active ? t.webhooks.active : t.webhooks.paused}
          </Badge>
        </div>
        {paused_because && <p className="field-error">{paused_because}</p>}
        {failing_since && (
          <p className="field-error">
            {t.webhooks.failing} <Time at={failing_since} relative />
          </p>
        )}
        {failed && <Problem error={failed} />}
        <div className="actions">
          <Button busy={send.isPending} onClick={() => send.mutate(undefined)}>{t.webhooks.test}</Button>
          <Button busy={save.isPending} onClick={() => save.mutate({ is_active: !is_active })}>
            {is_active ? t.webhooks.pause : t.webhooks.resume}
          </Button>
          <Button
            onClick={async () => {
              const text = <p>{t.webhooks.rotate_text}</p>;
              if (await ask({ title: t.webhooks.rotate_title, text, action: t.webhooks.rotate })) {
                save
                  .mutate({ rotate_secret: true });
              }
            }}
          >
            {t.webhooks.rotate}
          </Button>
          <Button
            kind="danger"
            onClick={async () => {
              const text = <p>{t.webhooks.remove_text}</p>;
              if (
                await ask({ title: t.webhooks.remove_title, text, action: t.webhooks.remove, isDanger: true })
              ) remove.mutate();
            }}
          >
            {t.webhooks.remove}
          </Button>
        </div>
        <Section title={t.webhooks.deliveries}>
          {deliveries.length === 0 ? <p className="quiet">{t.webhooks.deliveries_none}</p> : (
            <Table
              caption={t.webhooks.deliveries}
              rows={deliveries}
              keyOf={({ delivery_id }) => delivery_id}
              columns={[
                { name: t.webhooks.columns.event, cell: ({ event }) => <code>{event}</code> },
                {
                  name: t.webhooks.columns.state,
                  cell: ({ status }) => <Badge tone={TONES[status]}>{t.webhooks.states[status]}</Badge>,
                },
                {
                  name: t.webhooks.columns.answer,
                  cell: ({ last_status, last_error }) => last_error ?? last_status ?? "–",
                },
                { name: t.webhooks.columns.tries, numeric: true, cell: ({ attempts }) => attempts },
                {
                  name: t.webhooks.columns.when,
                  cell: ({ created_at }) => <Time at={created_at} relative />,
                },
                {
                  name: t.webhooks.again,
                  quiet: true,
                  cell: ({ delivery_id }) => (
                    <Button
                      className="small"
                      onClick={() => send.mutate(delivery_id)}
                    >
                      {t.webhooks.again}
                    </Button>
                  ),
                },
              ]}
            />
          )}
        </Section>
      </div>
      {question}
    </Card>
  );
}
