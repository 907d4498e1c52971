import type { Input, Output, Row } from "@streamvibe/client";
import { useState } from "react";
import { api, supabase, useUserId } from "../data/client.ts";
import { useDraft } from "../data/drafts.ts";
import { pageOf, rowsOf, useAction, useCall, useRows } from "../data/queries.ts";
import { studio as t } from "../texts/studio.ts";
import { useAsk } from "../ui/ask.tsx";
import { number } from "../ui/format.ts";
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
  Progress,
  Query,
  Section,
  Select,
  Table,
  TextField,
  Time,
  type Tone,
} from "../ui/parts.tsx";
import { Connect } from "./connect.tsx";

type Engine = Output<"get-seo-overview">["engines"][number];
type Connected = Output<"connect-search-engine">;
const TONES: Record<string, Tone> = {
  pending: "info",
  submitted: "info",
  indexed: "good",
  rejected: "bad",
  failed: "bad",
};

export default function Seo() {
  const overview = useCall("get-seo-overview", undefined, { every: 30_000 });
  const setMode = useAction((p_mode: "auto" | "manual" | "disabled") => api.rpc("set_seo_mode", { p_mode }), {
    touches: ["get-seo-overview"],
    onDone: () => say(t.profile.saved),
  });
  const tell = useAction(() => api.call("submit-to-seo", { all_changed: true }), {
    touches: ["get-seo-overview", "seo_submission", "subscription"],
    onDone: ({ submissions, beyond_quota }) => {
      say(t.seo.told(submissions.length));
      if (beyond_quota > 0) say(t.seo.beyond(beyond_quota));
    },
  });
  return (
    <Page
      title={t.seo.title}
      lede={t.seo.lede}
      actions={
        <Button kind="primary" busy={tell.isPending} onClick={() => tell.mutate()}>{t.seo.tell}</Button>
      }
    >
      {(tell.error || setMode.error) && <Problem error={tell.error ?? setMode.error} />}
      <Query of={overview} rows={5}>
        {({ mode, plan, engines, counts_of_latest }) => (
          <>
            <div className="filters">
              <Select
                label={t.seo.mode}
                value={mode}
                options={Object.entries(t.seo.modes)}
                onChange={({ target }) => setMode.mutate(target.value as "auto")}
              />
              {plan && (
                <Progress
                  label={t.plan.quota_names.seo_submissions ?? ""}
                  value={plan.used}
                  max={Math.max(1, plan.limit)}
                  text={t.seo.quota(number(plan.used), number(plan.limit))}
                />
              )}
            </div>
            <div className="halves">
              {engines.map((engine) => <One key={engine.search_engine} engine={engine} />)}
            </div>
            {engines.reduce(
                  (sum, one) => sum + countsOf(one).reduce((all, [, count]) => all + count, 0),
                  0,
                ) >=
                counts_of_latest && <p className="quiet">{t.seo.counted(number(counts_of_latest))}</p>}
            <Section title={t.seo.connect}>
              <Card>
                <OwnSite engines={engines} />
              </Card>
            </Section>
          </>
        )}
      </Query>
      <Section title={t.seo.recent}>
        <Submissions engines={overview.data?.engines ?? []} />
      </Section>
    </Page>
  );
}

const countsOf = (engine: Engine) =>
  (["pending", "submitted", "indexed", "rejected", "failed"] as const).map((state) =>
    [state, engine[state]] as const
  );

function One({ engine }: { engine: Engine }) {
  const { display_name, site, reasons, quotas } = engine;
  const counts = countsOf(engine);
  return (
    <Card>
      <div className="stack">
        <div className="row between">
          <h2>{display_name}</h2>
          {site
            ? (
              <Badge tone={site.is_verified ? "good" : "warn"}>
                {site.is_verified ? t.seo.verified : t.seo.not_verified}
              </Badge>
            )
            : <Badge>{t.seo.site_none}</Badge>}
        </div>
        {site && (
          <p className="quiet small">{site.is_own ? t.seo.site_own : t.seo.site_shared}: {site.site_url}</p>
        )}
        <ul className="chips">
          {counts.map(([state, count]) => (
            <li key={state}>
              <Badge tone={count > 0 ? TONES[state] : "quiet"}>
                {`${t.seo.states[state]} ${number(count)}`}
              </Badge>
            </li>
          ))}
        </ul>
        <h3>{t.seo.to_do}</h3>
        {site?.paused_until && (
          <p>
            {t.seo.paused} <Time at={site.paused_until} />
          </p>
        )}
        {site?.error_message && (
          <p className="field-error">
            {site.error_message} <code>{site.error_code}</code>
          </p>
        )}
        {reasons.length > 0
          ? (
            <ul>
              {reasons.map(({ status, code, message, count }) => (
                <li key={`${status}${code}${message}`}>
                  {message} <span className="quiet">({t.seo.states[status] ?? status}, {number(count)})</span>
                </li>
              ))}
            </ul>
          )
          : !site?.error_message && <p className="quiet">{t.seo.all_well}</p>}
        {quotas.map(({ quota, limit, used, resets_at }) => (
          <p key={quota} className="quiet small">
            {t.seo.quotas[quota] ?? quota}:{" "}
            {limit === null ? t.seo.unlimited : t.seo.quota(number(used), number(limit))},{" "}
            {t.seo.quota_resets} <Time at={resets_at} relative />
          </p>
        ))}
        {site?.is_own && <SiteActions site={site} takes_consent={engine.takes_consent} />}
      </div>
    </Card>
  );
}

/** Connects by OAuth consent at Google instead of asking the creator for a key. */
const CONSENT = { platform: "search-console", then: "/studio/seo" } as const;

function SiteActions(
  { site, takes_consent }: { site: NonNullable<Engine["site"]>; takes_consent: boolean },
) {
  const [ask, question] = useAsk();
  const touches = ["get-seo-overview"];
  const verify = useAction(() => api.call("verify-search-engine", { connection_id: site.connection_id }), {
    touches,
    onDone: ({ is_verified, message }) =>
      say(is_verified ? t.seo.verified_now : t.seo.verify_failed(message ?? "")),
  });
  const remove = useAction(
    () => rowsOf(supabase.from("seo_connection").delete().eq("id", site.connection_id)),
    {
      touches,
      onDone: () => say(t.seo.removed),
    },
  );
  return (
    <>
      {(verify.error || remove.error) && <Problem error={verify.error ?? remove.error} />}
      <div className="actions">
        {!site.is_verified && (
          <Button busy={verify.isPending} onClick={() => verify.mutate()}>{t.seo.verify}</Button>
        )}
        {takes_consent && site.error_code === "consent_ended" && (
          <Connect
            {...CONSENT}
            input={{ site_url: site.site_url }}
            label={t.seo.consent_again}
            kind="primary"
          />
        )}
        <Button
          kind="danger"
          onClick={async () => {
            if (
              await ask({
                title: t.seo.remove,
                text: <p>{site.site_url}</p>,
                action: t.seo.remove,
                isDanger: true,
              })
            ) remove.mutate();
          }}
        >
          {t.seo.remove}
        </Button>
      </div>
      {question}
    </>
  );
}

function OwnSite({ engines }: { engines: Engine[] }) {
  const [draft, setDraft, clear] = useDraft("seo-site", {
    search_engine: engines[0]?.search_engine ?? "",
    site_url: "",
    item_path: "",
  });
  const takes_consent = engines.find(({ search_engine }) => search_engine === draft.search_engine)
    ?.takes_consent ?? false;
  const [credentials, setCredentials] = useState("");
  const [made, setMade] = useState<Connected>();
  const touches = ["get-seo-overview"];
  const connect = useAction(() => {
    const { search_engine, site_url, item_path } = draft;
    const input = {
      search_engine,
      site_url,
      ...(item_path ? { item_path } : {}),
      ...(credentials ? { credentials } : {}),
    };
    return api.call("connect-search-engine", input as Input<"connect-search-engine">);
  }, {
    touches,
    onDone: (result) => {
      setMade(result);
      setCredentials("");
      clear();
    },
  });
  const verify = useAction(
    ({ id, method }: { id: string; method: "meta" | "file" | "engine" }) =>
      api.call("verify-search-engine", { connection_id: id, method }),
    {
      touches,
      onDone: ({ is_verified, message }) =>
        say(is_verified ? t.seo.verified_now : t.seo.verify_failed(message ?? "")),
    },
  );
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        connect.mutate();
      }}
    >
      <div className="halves">
        <Select
          label={t.seo.engine}
          value={draft.search_engine}
          options={engines.map(({ search_engine, display_name }) => [search_engine, display_name] as const)}
          onChange={({ target }) => setDraft({ ...draft, search_engine: target.value })}
        />
        <TextField
          label={t.seo.site_url}
          type="url"
          required
          value={draft.site_url}
          onChange={({ target }) => setDraft({ ...draft, site_url: target.value })}
        />
        <TextField
          label={t.seo.item_path}
          optional
          placeholder="/v/{id}"
          value={draft.item_path}
          onChange={({ target }) => setDraft({ ...draft, item_path: target.value })}
        />
        <TextField
          label={t.seo.credentials}
          hint={t.seo.credentials_hint}
          optional
          type="password"
          autoComplete="off"
          value={credentials}
          onChange={({ target }) => setCredentials(target.value)}
        />
      </div>
      {(connect.error || verify.error) && <Problem error={connect.error ?? verify.error} />}
      <div className="actions">
        {takes_consent && (
          <Connect
            {...CONSENT}
            input={{
              site_url: draft.site_url,
              ...(draft.item_path ? { item_path: draft.item_path } : {}),
            }}
            label={t.seo.consent}
            kind="primary"
          />
        )}
        <Button type="submit" kind={takes_consent ? "plain" : "primary"} busy={connect.isPending}>
          {takes_consent ? t.seo.connect_key : t.seo.connect_do}
        </Button>
      </div>
      {made && !made.is_verified && (
        <div className="stack">
          <h3>{t.seo.proofs}</h3>
          {made.proofs.map(({ method, where, what }) => (
            <div key={method} className="stack">
              <p>
                {t.seo.proof[method]}: <code>{where}</code>
              </p>
              <pre className="code">{what}</pre>
              <div className="actions">
                <Button
                  busy={verify.isPending}
                  onClick={() => verify.mutate({ id: made.connection_id, method })}
                >
                  {t.seo.verify}
                </Button>
              </div>
            </div>
          ))}
        </div>
      )}
    </form>
  );
}

type Submission = Pick<
  Row<"seo_submission">,
  "id" | "submitted_url" | "status" | "error_message" | "created_at" | "content_item_id" | "connection_id"
>;
const PAGE = 20;

function Submissions({ engines }: { engines: Engine[] }) {
  const user = useUserId();
  const list = useRows<Submission>(["seo_submission", user], async (after, signal) => {
    const asked = supabase.from("seo_submission")
      .select(
        "id, submitted_url, status, error_message, created_at, content_item_id, connection_id",
      )
      .eq("user_id", user);
    return await pageOf<Submission>(asked, "created_at", { after, size: PAGE, signal });
  });
  return (
    <List of={list} rows={({ rows }) => rows} empty={<Empty title={t.seo.none} why={t.seo.none_why} />}>
      {(rows) => (
        <Table
          caption={t.seo.recent}
          rows={rows}
          keyOf={({ id }) => id}
          columns={[
            {
              name: t.seo.columns.page,
              cell: ({ submitted_url, content_item_id }) =>
                content_item_id
                  ? <A to={`/studio/library/${content_item_id}`}>{new URL(submitted_url).pathname}</A>
                  : submitted_url,
            },
            {
              name: t.seo.columns.engine,
              cell: ({ connection_id }) =>
                engines.find(({ site }) => site?.connection_id === connection_id)?.display_name ?? "–",
            },
            {
              name: t.seo.columns.state,
              cell: ({ status }) => <Badge tone={TONES[status]}>{t.seo.states[status] ?? status}</Badge>,
            },
            { name: t.seo.columns.why, cell: ({ error_message }) => error_message ?? "–" },
            { name: t.seo.columns.when, cell: ({ created_at }) => <Time at={created_at} relative /> },
          ]}
        />
      )}
    </List>
  );
}
