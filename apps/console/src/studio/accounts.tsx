import { isProblem } from "@streamvibe/client";
import { useState } from "react";
import { api, supabase } from "../data/client.ts";
import { rowsOf, useAction } from "../data/queries.ts";
import { visitor } from "../texts/visitor.ts";
import { studio as t } from "../texts/studio.ts";
import { useAsk } from "../ui/ask.tsx";
import { number } from "../ui/format.ts";
import { say } from "../ui/notices.tsx";
import {
  A,
  Badge,
  Button,
  Card,
  Check,
  Empty,
  Page,
  Problem,
  Query,
  Section,
  Select,
  Time,
  type Tone,
} from "../ui/parts.tsx";
import { Avatar } from "../visitor/item_card.tsx";
import { Connect, PLATFORMS, type PlatformSlug } from "./connect.tsx";
import { type Account, isConnected, nameOf, useAccounts, useQuotas } from "./data.ts";
import { SyncBar, useSync } from "./sync.tsx";

export default function Accounts() {
  const accounts = useAccounts(15_000);
  const quotas = useQuotas();
  return (
    <Page title={t.accounts.title} lede={t.accounts.lede}>
      <Query of={accounts}>
        {(all) => {
          const connected = all.filter(isConnected);
          const old = all.filter((account) => !isConnected(account));
          return (
            <>
              {connected.length === 0
                ? <Empty title={t.accounts.none} why={t.accounts.none_why} />
                : (
                  <div className="halves">
                    {connected.map((account) => <One key={account.id} account={account} />)}
                  </div>
                )}
              <Section
                title={t.accounts.connect_title}
                lede={quotas.data && (
                  <>
                    {t.accounts.limit(quotas.data.subscription_tier.max_social_accounts)}{" "}
                    <A to="/studio/plan">{t.accounts.to_plan}</A>
                  </>
                )}
              >
                <div className="actions">
                  {PLATFORMS.map((platform) => (
                    <Connect key={platform} platform={platform} then="/studio/accounts" />
                  ))}
                </div>
              </Section>
              {connected.some(({ paused_at }) => paused_at) && quotas.data && (
                <Active accounts={connected} limit={quotas.data.subscription_tier.max_social_accounts} />
              )}
              {old.length > 0 && (
                <Section title={t.accounts.old}>
                  <ul className="chips">
                    {old.map((account) => (
                      <li key={account.id} className="chip">
                        {nameOf(account)} · {account.platform.display_name}
                      </li>
                    ))}
                  </ul>
                </Section>
              )}
            </>
          );
        }}
      </Query>
    </Page>
  );
}

/** Lets the creator choose which accounts stay active after a downgrade paused some. */
function Active({ accounts, limit }: { accounts: Account[]; limit: number }) {
  const [kept, setKept] = useState(() => accounts.filter(({ paused_at }) => !paused_at).map(({ id }) => id));
  const choose = useAction(() => api.rpc("choose_active_accounts", { p_account_ids: kept }), {
    touches: ["social_account"],
    onDone: () => say(t.profile.saved),
  });
  return (
    <Section title={t.plan.downgrade} lede={t.accounts.limit(limit)}>
      {choose.error && <Problem error={choose.error} />}
      <div className="row">
        {accounts.map((account) => (
          <Check
            key={account.id}
            label={nameOf(account)}
            checked={kept.includes(account.id)}
            disabled={!kept.includes(account.id) && kept.length >= limit}
            onChange={({ target }) =>
              setKept(target.checked ? [...kept, account.id] : kept.filter((id) => id !== account.id))}
          />
        ))}
      </div>
      <div className="actions">
        <Button busy={choose.isPending} onClick={() => choose.mutate()}>{t.profile.save}</Button>
      </div>
    </Section>
  );
}

const TONES: Record<string, Tone> = { active: "good", paused: "warn", pending: "info" };

function One({ account }: { account: Account }) {
  const { id, platform, status, paused_at, last_error } = account;
  const name = nameOf(account);
  const sync = useSync();
  const [ask, question] = useAsk();
  const disconnect = useAction(() => api.call("disconnect-account", { social_account_id: id }), {
    touches: ["social_account"],
    onDone: () => say(t.accounts.disconnected(name)),
  });
  const setMode = useAction(
    (sync_mode: string) => rowsOf(supabase.from("social_account").update({ sync_mode }).eq("id", id)),
    { touches: ["social_account"] },
  );
  const state = paused_at ? "paused" : status;
  return (
    <Card>
      <div className="stack">
        <div className="row between">
          <div className="person">
            <Avatar id={id} name={name} />
            <div>
              <h2>
                {account.profile_url
                  ? <a href={account.profile_url} target="_blank" rel="noopener">{name}</a>
                  : name}
              </h2>
              <div className="quiet small">
                {visitor.platforms[platform.slug] ?? platform.display_name}
                {account.followers_count !== null &&
                  ` · ${t.accounts.followers(number(account.followers_count, true))}`}
              </div>
            </div>
          </div>
          <Badge tone={TONES[state] ?? "bad"}>{t.accounts.states[state] ?? state}</Badge>
        </div>
        {last_error && <p className="field-error">{last_error}</p>}
        <dl className="facts">
          <div>
            <dt>{t.accounts.last_sync}</dt>
            <dd>
              <Time at={account.last_synced_at} relative />
            </dd>
          </div>
          {account.next_sync_at && account.sync_mode === "auto" && (
            <div>
              <dt>{t.accounts.next_sync}</dt>
              <dd>
                <Time at={account.next_sync_at} relative />
              </dd>
            </div>
          )}
        </dl>
        <SyncBar account={account} sync={sync} />
        {(sync.error || disconnect.error || setMode.error) && (
          <Problem error={sync.error ?? disconnect.error ?? setMode.error} />
        )}
        {isProblem(sync.error, "quota_exceeded") && <A to="/studio/plan">{t.accounts.to_plan}</A>}
        <div className="actions">
          {sync.isRunning
            ? <Button onClick={sync.stop}>{t.accounts.stop}</Button>
            : status === "active"
            ? <Button kind="primary" onClick={() => void sync.start(account)}>{t.accounts.sync}</Button>
            : (
              <Connect
                platform={platform.slug as PlatformSlug}
                then="/studio/accounts"
                label={t.accounts.reconnect}
                kind="primary"
              />
            )}
          <Button
            kind="danger"
            busy={disconnect.isPending}
            onClick={async () => {
              const yes = await ask({
                title: t.accounts.disconnect_title(name),
                text: <p>{t.accounts.disconnect_text}</p>,
                action: t.accounts.disconnect,
                isDanger: true,
              });
              if (yes) disconnect.mutate();
            }}
          >
            {t.accounts.disconnect}
          </Button>
        </div>
        <Select
          label={t.accounts.mode}
          value={account.sync_mode}
          options={Object.entries(t.accounts.modes)}
          onChange={({ target }) => setMode.mutate(target.value)}
        />
      </div>
      {question}
    </Card>
  );
}
