/** Guides a new creator to the first suggestion. Whether a step is done follows from the stored data. */
import type { Input } from "@streamvibe/client";
import { type ReactNode, useEffect, useRef } from "react";
import { api } from "../data/client.ts";
import { useDraft } from "../data/drafts.ts";
import { useAction, useTable } from "../data/queries.ts";
import { visitor } from "../texts/visitor.ts";
import { studio as t } from "../texts/studio.ts";
import { useGo } from "../ui/address.ts";
import { number } from "../ui/format.ts";
import { A, Button, Page, Problem, Query, Select, TextArea, TextField } from "../ui/parts.tsx";
import { CATEGORIES } from "../visitor/choices.tsx";
import { Connect, PLATFORMS } from "./connect.tsx";
import { isConnected, type Me, nameOf, useAccounts, useMe } from "./data.ts";
import { SyncBar, useSync } from "./sync.tsx";

export default function Welcome() {
  const me = useMe();
  return (
    <Page title={t.welcome.title} lede={t.welcome.lede}>
      <Query of={me}>{(person) => <Steps me={person} />}</Query>
    </Page>
  );
}

function Step({ title, done, children }: { title: string; done: boolean; children: ReactNode }) {
  return (
    <li className={done ? "step done" : "step"}>
      <div>
        <h2>{title}</h2>
        {children}
      </div>
    </li>
  );
}

function Steps({ me }: { me: Me }) {
  const accounts = useAccounts();
  const connected = (accounts.data ?? []).filter(isConnected);
  const account = connected[0];
  const newest = useTable<{ id: string; title: string }[]>(
    ["content_item", "newest"],
    (from, signal) =>
      from("content_item").select("id, title").is("deleted_at", null).order("published_at", {
        ascending: false,
      }).limit(1)
        .abortSignal(signal),
  );
  const item = newest.data?.[0];
  const sync = useSync();
  const hasProfile = me.onboarded_at !== null;
  // The first sync of a newly connected account starts automatically.
  const hasBegun = useRef(false);
  useEffect(() => {
    if (hasBegun.current || !hasProfile || !account || account.last_synced_at || !newest.data || item) return;
    hasBegun.current = true;
    void sync.start(account);
  }, [account?.id, hasProfile, newest.data]);
  return (
    <ol className="steps">
      <Step title={t.welcome.profile} done={hasProfile}>
        {hasProfile ? <p>{t.welcome.profile_done(me.profile_slug ?? "")}</p> : <ProfileForm me={me} />}
      </Step>
      <Step title={t.welcome.connect} done={account !== undefined}>
        {account
          ? <p>{t.welcome.connected(nameOf(account), visitor.platforms[account.platform.slug] ?? "")}</p>
          : (
            <>
              <p className="quiet">{t.welcome.connect_lede}</p>
              <div className="actions">
                {PLATFORMS.map((platform) => (
                  <Connect key={platform} platform={platform} then="/studio/welcome" />
                ))}
              </div>
            </>
          )}
      </Step>
      <Step title={t.welcome.sync} done={item !== undefined && !sync.isRunning}>
        <p className="quiet">{t.welcome.sync_lede}</p>
        {account && (
          <>
            <SyncBar account={account} sync={sync} />
            {sync.error && <Problem error={sync.error} retry={() => void sync.start(account)} />}
            {sync.progress?.done && (
              <p>
                <strong>{t.welcome.sync_done(number(sync.progress.items_seen))}</strong>
              </p>
            )}
            {!item && !sync.isRunning && !sync.error && (
              <div className="actions">
                <Button kind="primary" onClick={() => void sync.start(account)}>
                  {t.welcome.sync_start}
                </Button>
              </div>
            )}
            {item && (
              <p>
                <A to="/studio/library">{t.welcome.to_library}</A>
              </p>
            )}
          </>
        )}
      </Step>
      <Step title={t.welcome.suggest} done={false}>
        <p className="quiet">{t.welcome.suggest_lede}</p>
        {item && !sync.isRunning && <FirstSuggestion id={item.id} title={item.title} />}
      </Step>
    </ol>
  );
}

function FirstSuggestion({ id, title }: { id: string; title: string }) {
  const go = useGo();
  const suggest = useAction(() => api.call("ai-generate-tags", { content_item_id: id }), {
    touches: ["ai_suggestion", "subscription"],
    onDone: () => go(`/studio/library/${id}`),
  });
  return (
    <>
      <p>“{title}”</p>
      {suggest.error && <Problem error={suggest.error} />}
      <div className="actions">
        <Button kind="primary" busy={suggest.isPending} onClick={() => suggest.mutate()}>
          {t.welcome.suggest_start}
        </Button>
        <A to="/studio" className="button plain">{t.welcome.later}</A>
      </div>
    </>
  );
}

function ProfileForm({ me }: { me: Me }) {
  const [draft, setDraft, clear] = useDraft("profile", {
    display_name: me.display_name ?? "",
    bio: me.bio ?? "",
    category: me.primary_category ?? "",
  });
  const save = useAction(
    () => {
      const { category, bio, display_name } = draft;
      const input = { display_name, ...(bio ? { bio } : {}), ...(category ? { category } : {}) };
      return api.call("auth-profile-setup", input as Input<"auth-profile-setup">);
    },
    { touches: ["users"], onDone: clear },
  );
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <div className="halves">
        <TextField
          label={t.welcome.name}
          hint={t.welcome.name_hint}
          required
          maxLength={100}
          value={draft.display_name}
          onChange={({ target }) => setDraft({ ...draft, display_name: target.value })}
        />
        <Select
          label={t.welcome.category}
          optional
          value={draft.category}
          options={[["", "–"], ...CATEGORIES]}
          onChange={({ target }) => setDraft({ ...draft, category: target.value })}
        />
      </div>
      <TextArea
        label={t.welcome.bio}
        optional
        rows={2}
        maxLength={500}
        value={draft.bio}
        onChange={({ target }) => setDraft({ ...draft, bio: target.value })}
      />
      {save.error && <Problem error={save.error} />}
      <div className="actions">
        <Button type="submit" kind="primary" busy={save.isPending}>{t.welcome.save}</Button>
      </div>
    </form>
  );
}
