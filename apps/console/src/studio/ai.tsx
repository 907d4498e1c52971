import type { Row } from "@streamvibe/client";
import { useState } from "react";
import { api, supabase, useUserId } from "../data/client.ts";
import { useDraft } from "../data/drafts.ts";
import { rowsOf, useAction, useTable } from "../data/queries.ts";
import { studio as t } from "../texts/studio.ts";
import { say } from "../ui/notices.tsx";
import { Badge, Button, Card, Page, Problem, Query, Section, Select, TextField } from "../ui/parts.tsx";

type Setting = Row<"user_ai_setting">;

export default function Ai() {
  const user = useUserId();
  const setting = useTable<Setting | null>(
    ["user_ai_setting", user],
    (from, signal) =>
      from("user_ai_setting").select("*").eq("user_id", user).abortSignal(signal).maybeSingle(),
  );
  const providers = useTable<Row<"ai_provider">[]>(
    ["ai_provider"],
    (from, signal) => from("ai_provider").select("*").order("sort_order").abortSignal(signal),
    { staleMs: 600_000 },
  );
  const models = useTable<Row<"ai_model">[]>(
    ["ai_model"],
    (from, signal) => from("ai_model").select("*").order("display_name").abortSignal(signal),
    { staleMs: 600_000 },
  );
  return (
    <Page title={t.ai.title} lede={t.ai.lede}>
      <Query of={setting}>
        {(row) => (
          <Query of={providers}>
            {(providers) => (
              <>
                <Card>
                  <Query of={models}>
                    {(models) => <Choice key={row?.updated_at} {...{ row, providers, models, user }} />}
                  </Query>
                </Card>
                <Section title={t.ai.keys} lede={t.ai.keys_lede}>
                  <div className="halves">
                    {providers.map((provider) => (
                      <Card key={provider.id}>
                        <Key
                          provider={provider}
                          isSet={provider.slug in ((row?.key_secret_names ?? {}) as Record<string, string>)}
                        />
                      </Card>
                    ))}
                  </div>
                </Section>
              </>
            )}
          </Query>
        )}
      </Query>
    </Page>
  );
}

function Choice({ row, providers, models, user }: {
  row: Setting | null;
  providers: Row<"ai_provider">[];
  models: Row<"ai_model">[];
  user: string;
}) {
  const [draft, setDraft, clear] = useDraft("ai", {
    provider_id: row?.provider_id ?? "",
    model_id: row?.model_id ?? "",
    tone: row?.tone ?? "natural",
    language: row?.language ?? "",
    budget: row?.monthly_budget_cents === null || row === null ? "" : String(row.monthly_budget_cents / 100),
  });
  const save = useAction(() => {
    const values = {
      provider_id: draft.provider_id || null,
      model_id: draft.model_id || null,
      tone: draft.tone,
      language: draft.language || null,
      monthly_budget_cents: draft.budget === "" ? null : Math.round(Number(draft.budget) * 100),
    };
    return rowsOf(
      row
        ? supabase.from("user_ai_setting").update(values).eq("user_id", user)
        : supabase.from("user_ai_setting").insert({ ...values, user_id: user }),
    );
  }, {
    touches: ["user_ai_setting", "get-ai-costs"],
    onDone: () => {
      clear();
      say(t.ai.saved);
    },
  });
  const fitting = models.filter(({ provider_id }) => provider_id === draft.provider_id);
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <div className="halves">
        <Select
          label={t.ai.provider}
          value={draft.provider_id}
          options={[
            ["", t.ai.by_default],
            ...providers.map(({ id, display_name }) => [id, display_name] as const),
          ]}
          onChange={({ target }) => setDraft({ ...draft, provider_id: target.value, model_id: "" })}
        />
        <Select
          label={t.ai.model}
          value={draft.model_id}
          options={[
            ["", t.ai.by_default],
            ...fitting.filter(({ id, retired_at }) => retired_at === null || id === draft.model_id)
              .map(({ id, display_name, retired_at }) =>
                [id, retired_at ? `${display_name} (${t.ai.retired})` : display_name] as const
              ),
          ]}
          onChange={({ target }) => setDraft({ ...draft, model_id: target.value })}
        />
        <TextField
          label={t.ai.tone}
          hint={t.ai.tone_hint}
          required
          maxLength={60}
          value={draft.tone}
          onChange={({ target }) => setDraft({ ...draft, tone: target.value })}
        />
        <TextField
          label={t.ai.language}
          hint={t.ai.language_hint}
          maxLength={35}
          value={draft.language}
          onChange={({ target }) => setDraft({ ...draft, language: target.value })}
        />
        <TextField
          label={t.ai.budget}
          hint={t.ai.budget_hint}
          type="number"
          min={0}
          step="0.01"
          value={draft.budget}
          onChange={({ target }) => setDraft({ ...draft, budget: target.value })}
        />
      </div>
      {save.error && <Problem error={save.error} />}
      <div className="actions">
        <Button type="submit" kind="primary" busy={save.isPending}>{t.ai.save}</Button>
      </div>
    </form>
  );
}

/** A form for an API key, which is write-only: until it is sent, it exists only in this field. */
function Key({ provider, isSet }: { provider: Row<"ai_provider">; isSet: boolean }) {
  const [key, setKey] = useState("");
  const save = useAction(
    (p_key: string | null) => api.rpc("set_ai_key", { p_provider: provider.slug, p_key }),
    {
      touches: ["user_ai_setting"],
      onDone: (_, p_key) => {
        setKey("");
        say(p_key ? t.ai.key_saved : t.ai.key_removed);
      },
    },
  );
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(key);
      }}
    >
      <TextField
        label={t.ai.key(provider.display_name)}
        type="password"
        autoComplete="off"
        required
        value={key}
        onChange={({ target }) => setKey(target.value)}
        hint={isSet ? <Badge tone="good">{t.ai.key_set}</Badge> : t.ai.key_none}
      />
      {save.error && <Problem error={save.error} />}
      <div className="actions">
        <Button type="submit" busy={save.isPending}>{t.ai.key_save}</Button>
        {isSet && <Button kind="danger" onClick={() => save.mutate(null)}>{t.ai.key_remove}</Button>}
      </div>
    </form>
  );
}
