import { api } from "../data/client.ts";
import { useAction } from "../data/queries.ts";
import { operator as t } from "../texts/operator.ts";
import { useWish } from "../ui/address.ts";
import { useAsk } from "../ui/ask.tsx";
import { say } from "../ui/notices.tsx";
import { useRoles } from "../data/roles.ts";
import { Badge, Button, Check, Page, Problem, Time, type Tone } from "../ui/parts.tsx";
import { type Account, filterOf, useList } from "./data.ts";
import { Choice, PersonLink, Rows, Typed } from "./parts.tsx";

const STATES: Record<string, Tone> = { active: "good", disconnected: "warn", error: "bad", expired: "bad" };
const PLATFORMS = ["youtube", "instagram", "facebook", "tiktok", "twitter"].map((slug) =>
  [slug, slug] as const
);

const nameOf = ({ display_name, username, id }: Account) => display_name ?? username ?? id.slice(0, 8);

export default function Accounts() {
  const [wish, change] = useWish();
  const filter = filterOf(wish, ["id", "user_id", "platform", "status", "attention"]);
  const list = useList("admin_list_accounts", filter);
  const isAdmin = useRoles()?.includes("admin") ?? false;
  const onlyFaults = Object.keys(filter).join() === "attention";
  return (
    <Page title={t.accounts.title} lede={t.accounts.lede}>
      <div className="filters">
        <Choice name="platform" label={t.accounts.platform} options={PLATFORMS} />
        <Typed name="user_id" label={t.accounts.person} />
        <Check
          label={t.accounts.attention}
          checked={wish.attention === "true"}
          onChange={({ target }) => change({ attention: target.checked ? "true" : undefined })}
        />
      </div>
      <Rows
        of={list}
        title={t.accounts.title}
        isFiltered={Object.keys(filter).length > 0 && !onlyFaults}
        none={onlyFaults ? t.accounts.none_attention : t.accounts.none}
        why={onlyFaults ? t.accounts.none_attention_why : t.accounts.none_why}
        keyOf={({ id }) => id}
        columns={[
          {
            name: t.accounts.columns.account,
            cell: (account) => (
              <>
                {nameOf(account)} <span className="quiet small">{account.platform}</span>
              </>
            ),
          },
          { name: t.accounts.columns.state, cell: (account) => <State account={account} /> },
          { name: t.accounts.columns.token, cell: (account) => <Token account={account} /> },
          { name: t.accounts.columns.sync, cell: (account) => <Sync account={account} /> },
          { name: t.accounts.columns.fault, cell: (account) => <Fault account={account} /> },
          {
            name: t.accounts.columns.person,
            cell: ({ user_id, user_name }) => <PersonLink id={user_id} name={user_name} />,
          },
          ...isAdmin
            ? [{
              name: t.accounts.columns.act,
              quiet: true,
              cell: (account: Account) => <SyncNext account={account} />,
            }]
            : [],
        ]}
      />
    </Page>
  );
}

function State({ account: { status, deleted_at, paused_at } }: { account: Account }) {
  if (deleted_at) return <Badge>{t.accounts.removed}</Badge>;
  if (paused_at) return <Badge tone="warn">{t.accounts.paused}</Badge>;
  return <Badge tone={STATES[status] ?? "warn"}>{status}</Badge>;
}

function Token({ account: { connection } }: { account: Account }) {
  if (!connection?.is_active) return <span className="quiet">{t.accounts.token_none}</span>;
  return (
    <>
      {connection.token_expires_at
        ? (
          <>
            {t.accounts.token_until} <Time at={connection.token_expires_at} relative />
          </>
        )
        : t.accounts.token_endless}
      {connection.refresh_failures > 0 && (
        <span className="field-error small">
          {` ${t.accounts.refresh_failures(connection.refresh_failures)}`}
        </span>
      )}
    </>
  );
}

function Sync({ account: { last_synced_at, next_sync_at, sync_mode } }: { account: Account }) {
  return (
    <>
      {last_synced_at
        ? (
          <>
            {t.accounts.synced} <Time at={last_synced_at} relative />
          </>
        )
        : t.accounts.never}
      <span className="quiet small">
        {sync_mode === "auto" && next_sync_at
          ? (
            <>
              {`, ${t.accounts.next} `}
              <Time at={next_sync_at} relative />
            </>
          )
          : `, ${t.accounts.manual}`}
      </span>
    </>
  );
}

function Fault({ account: { last_error, connection, sync } }: { account: Account }) {
  const words = [last_error, connection?.refresh_failures ? connection.refresh_error : null, sync?.last_code];
  return (
    <>
      {[...new Set(words.filter(Boolean))].map((word) => (
        <span key={word} className="field-error small">{`${word} `}</span>
      ))}
      {sync && sync.failures > 0 && <span className="quiet small">{t.accounts.failures(sync.failures)}</span>}
    </>
  );
}

function SyncNext({ account }: { account: Account }) {
  const [ask, question] = useAsk();
  const sync = useAction(() => api.rpc("admin_sync_account", { p_account_id: account.id }), {
    touches: ["admin_list_accounts"],
    onDone: () => say(t.accounts.sync_done),
  });
  if (account.deleted_at || account.status !== "active" || account.sync_mode !== "auto") return null;
  return (
    <>
      <Button
        className="small"
        busy={sync.isPending}
        onClick={async () => {
          const about = { title: t.accounts.sync_title(nameOf(account)), action: t.accounts.sync };
          if (await ask({ ...about, text: <p>{t.accounts.sync_text}</p> })) sync.mutate();
        }}
      >
        {t.accounts.sync}
      </Button>
      {sync.error && <Problem error={sync.error} />}
      {question}
    </>
  );
}
