import type { Row } from "@streamvibe/client";
import { supabase, useUserId } from "../data/client.ts";
import { creatorPath } from "../data/config.ts";
import { useDraft } from "../data/drafts.ts";
import { rowsOf, useAction, useTable } from "../data/queries.ts";
import { studio as t } from "../texts/studio.ts";
import { say } from "../ui/notices.tsx";
import {
  A,
  Button,
  Card,
  Check,
  Page,
  Problem,
  Query,
  Section,
  Select,
  TextArea,
  TextField,
} from "../ui/parts.tsx";
import { CATEGORIES } from "../visitor/choices.tsx";
import { type Me, useMe, zone } from "./data.ts";
import { DeleteAccount, ExportData } from "./own_data.tsx";

export default function Profile() {
  const me = useMe();
  return (
    <Page title={t.profile.title}>
      <Query of={me}>
        {(person) => (
          <>
            <Section title={t.profile.profile}>
              <Card>
                <ProfileForm key={person.id} me={person} />
              </Card>
            </Section>
            <Section title={t.profile.settings}>
              <Card>
                <Settings />
              </Card>
            </Section>
            <Section title={t.profile.data}>
              <div className="halves">
                <Card>
                  <h3>{t.profile.export}</h3>
                  <ExportData />
                </Card>
                <Card>
                  <h3>{t.profile.delete}</h3>
                  <DeleteAccount />
                </Card>
              </div>
            </Section>
          </>
        )}
      </Query>
    </Page>
  );
}

function ProfileForm({ me }: { me: Me }) {
  const [draft, setDraft, clear] = useDraft<Partial<Me>>("my-profile", {});
  const now = { ...me, ...draft };
  const change = (part: Partial<Me>) => setDraft({ ...draft, ...part });
  const save = useAction(() => rowsOf(supabase.from("users").update(draft).eq("id", me.id)), {
    touches: ["users", "get-creator-by-slug"],
    onDone: () => {
      clear();
      say(t.profile.saved);
    },
  });
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <p className="quiet">
        {t.profile.session} {me.email}
        {me.profile_slug && (
          <>
            . {t.profile.page}: <A to={creatorPath(me.profile_slug)}>{creatorPath(me.profile_slug)}</A>
          </>
        )}
      </p>
      <div className="halves">
        <TextField
          label={t.profile.name}
          required
          maxLength={100}
          value={now.display_name ?? ""}
          onChange={({ target }) => change({ display_name: target.value })}
        />
        <Select
          label={t.profile.category}
          value={now.primary_category ?? ""}
          options={[["", "–"], ...CATEGORIES]}
          onChange={({ target }) => change({ primary_category: target.value || null })}
        />
      </div>
      <TextArea
        label={t.profile.bio}
        optional
        maxLength={500}
        value={now.bio ?? ""}
        onChange={({ target }) => change({ bio: target.value })}
      />
      <Check
        label={t.profile.public}
        hint={t.profile.public_hint}
        checked={now.is_public}
        onChange={({ target }) => change({ is_public: target.checked })}
      />
      {save.error && <Problem error={save.error} />}
      <div className="actions">
        <Button type="submit" kind="primary" busy={save.isPending}>{t.profile.save}</Button>
      </div>
    </form>
  );
}

function Settings() {
  const user = useUserId();
  const setting = useTable<Row<"user_setting">>(
    ["user_setting", user],
    (from, signal) => from("user_setting").select("*").eq("user_id", user).abortSignal(signal).single(),
  );
  const save = useAction(
    (change: Partial<Row<"user_setting">>) =>
      rowsOf(supabase.from("user_setting").update(change).eq("user_id", user)),
    { touches: ["user_setting"], onDone: () => say(t.profile.saved) },
  );
  return (
    <Query of={setting}>
      {({ time_zone, email_notifications, default_sync_mode }) => (
        <div className="form">
          <div className="halves">
            <Select
              label={t.profile.zone}
              value={time_zone}
              options={[...new Set([time_zone, zone(), "UTC", ...Intl.supportedValuesOf("timeZone")])].map((
                name,
              ) => [name, name] as const)}
              onChange={({ target }) => save.mutate({ time_zone: target.value })}
            />
            <Select
              label={t.profile.sync_default}
              value={default_sync_mode}
              options={Object.entries(t.accounts.modes)}
              onChange={({ target }) => save.mutate({ default_sync_mode: target.value as "auto" })}
            />
          </div>
          <Check
            label={t.profile.mails}
            hint={t.profile.mails_hint}
            checked={email_notifications}
            onChange={({ target }) => save.mutate({ email_notifications: target.checked })}
          />
          {save.error && <Problem error={save.error} />}
        </div>
      )}
    </Query>
  );
}
