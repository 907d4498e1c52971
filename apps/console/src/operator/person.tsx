import { useState } from "react";
import { creatorPath } from "../data/config.ts";
import { api, useUserId } from "../data/client.ts";
import { useAction, useTable } from "../data/queries.ts";
import { useRoles } from "../data/roles.ts";
import { operator as t } from "../texts/operator.ts";
import { useParam } from "../ui/address.ts";
import { useAsk } from "../ui/ask.tsx";
import { say } from "../ui/notices.tsx";
import {
  A,
  Badge,
  Button,
  Card,
  Empty,
  Loading,
  Page,
  Problem,
  Section,
  Select,
  Time,
} from "../ui/parts.tsx";
import { type Person, useList } from "./data.ts";
import { useAskToHide } from "./hide.tsx";
import { Facts } from "./parts.tsx";
import { Roles, View } from "./users.tsx";

const TOUCHES = ["admin_list_users", "admin_list_subscriptions", "admin_list_audit_log", "featured_creator"];

export default function PersonPage() {
  const id = useParam("id");
  const list = useList("admin_list_users", { search: id }, { limit: 1 });
  const isAdmin = useRoles()?.includes("admin") ?? false;
  const person = list.data?.pages[0]?.items.find((one) => one.id === id);
  if (!list.data) {
    return (
      <Page title={t.person}>
        {list.error ? <Problem error={list.error} retry={() => void list.refetch()} /> : <Loading />}
      </Page>
    );
  }
  if (!person) {
    return (
      <Page title={t.person}>
        <Empty title={t.one.missing} why={t.one.missing_why}>
          <A to="/operator/users" className="button plain">{t.users.title}</A>
        </Empty>
      </Page>
    );
  }
  return (
    <Page
      title={person.display_name ?? person.email}
      lede={
        <>
          <Roles roles={person.roles} /> <View of={person} />
        </>
      }
    >
      {list.error && <Problem error={list.error} retry={() => void list.refetch()} />}
      <Facts
        of={[
          [t.one.email, person.email],
          [t.one.id, <code key="">{person.id}</code>],
          [t.one.since, <Time key="" at={person.created_at} />],
          [t.one.plan, person.tier ?? "–"],
          ...person.hidden_at
            ? [
              [
                t.one.hidden_since,
                <span key="">
                  <Time at={person.hidden_at} />, {t.one.hidden_because}: {person.hidden_reason}
                </span>,
              ] as const,
            ]
            : [],
        ]}
      />
      <Section title={t.one.where}>
        <ul className="needs">
          <li>
            <A to="/operator/accounts" search={{ user_id: id }}>
              {`${t.one.their_accounts} (${person.accounts})`}
            </A>
          </li>
          {isAdmin && (
            <>
              <li>
                <A to="/operator/jobs" search={{ user_id: id }}>{t.one.their_jobs}</A>
              </li>
              <li>
                <A to="/operator/plans" search={{ user_id: id }}>{t.one.their_plan}</A>
              </li>
              <li>
                <A to="/operator/audit" search={{ user_id: id }}>{t.one.their_audit}</A>
              </li>
              <li>
                <A to="/operator/audit" search={{ actor_id: id }}>{t.one.their_acts}</A>
              </li>
            </>
          )}
          {person.is_public && !person.hidden_at && person.profile_slug && (
            <li>
              <A to={creatorPath(person.profile_slug)}>{t.one.their_page}</A>
            </li>
          )}
        </ul>
      </Section>
      <div className="halves">
        <PublicView person={person} />
        {isAdmin && <RolesOf person={person} />}
        {isAdmin && <PlanOf person={person} />}
      </div>
    </Page>
  );
}

function PublicView({ person }: { person: Person }) {
  const name = person.display_name ?? person.email;
  const [ask, question] = useAskToHide();
  const hide = useAction(
    ({ hidden, why }: { hidden: boolean; why?: string }) =>
      api.rpc("set_creator_hidden", {
        p_user_id: person.id,
        p_hidden: hidden,
        ...(why ? { p_reason: why } : {}),
      }),
    {
      touches: TOUCHES,
      onDone: (_, { hidden, why }) =>
        say(
          hidden ? t.one.hidden(name) : t.one.shown(name),
          () =>
            hide.mutate(
              hidden ? { hidden: false } : { hidden: true, why: why ?? person.hidden_reason ?? "" },
            ),
        ),
    },
  );
  const featured = useTable<{ sort_order: number; reason: string | null; ends_at: string | null }[]>(
    ["featured_creator", person.id],
    (from, signal) =>
      from("featured_creator").select("sort_order, reason, ends_at").eq("user_id", person.id).abortSignal(
        signal,
      ),
  );
  const is = featured.data?.[0];
  const feature = useAction(
    ({ featured, as }: { featured: boolean; as: typeof is }) =>
      api.rpc("feature_creator", {
        p_user_id: person.id,
        p_is_featured: featured,
        ...(as ? { p_sort_order: as.sort_order } : {}),
        ...(as?.reason ? { p_reason: as.reason } : {}),
        ...(as?.ends_at ? { p_ends_at: as.ends_at } : {}),
      }),
    {
      touches: TOUCHES,
      // Undo restores the previous order, reason and end.
      onDone: (_, { featured, as }) =>
        say(
          featured ? t.one.featured(name) : t.one.unfeatured(name),
          () => feature.mutate({ featured: !featured, as }),
        ),
    },
  );
  const error = hide.error ?? feature.error ?? featured.error;
  const askToHide = async () => {
    const why = await ask(t.one.hide_title(name), t.one.hide_text);
    if (why !== undefined) hide.mutate({ hidden: true, why });
  };
  return (
    <Section title={t.one.public}>
      <Card>
        <div className="stack">
          {is && (
            <p>
              <Badge tone="info">{t.one.is_featured}</Badge>
            </p>
          )}
          {!person.is_public && <p className="quiet">{t.one.not_public}</p>}
          <div className="actions">
            {person.hidden_at
              ? (
                <Button busy={hide.isPending} onClick={() => hide.mutate({ hidden: false })}>
                  {t.one.show}
                </Button>
              )
              : <Button kind="danger" busy={hide.isPending} onClick={askToHide}>{t.one.hide}</Button>}
            {featured.data && (is || person.is_public && !person.hidden_at) && (
              <Button
                busy={feature.isPending}
                onClick={() => feature.mutate({ featured: !is, as: is })}
              >
                {is ? t.one.unfeature : t.one.feature}
              </Button>
            )}
          </div>
          {error && <Problem error={error} />}
        </div>
      </Card>
      {question}
    </Section>
  );
}

function RolesOf({ person }: { person: Person }) {
  const name = person.display_name ?? person.email;
  const isSelf = useUserId() === person.id;
  const [ask, question] = useAsk();
  const set = useAction(
    ({ role, granted }: { role: "moderator" | "admin"; granted: boolean }) =>
      api.rpc("set_user_role", { p_user_id: person.id, p_role: role, p_granted: granted }),
    {
      touches: [...TOUCHES, "user_role"],
      // An admin who revokes their own role cannot undo it.
      onDone: (_, { role, granted }) =>
        say(
          t.one.role_done(name, role, granted),
          isSelf && role === "admin" && !granted ? undefined : () => set.mutate({ role, granted: !granted }),
        ),
    },
  );
  return (
    <Section title={t.one.roles} lede={isSelf ? t.one.yourself : undefined}>
      <Card>
        <div className="actions">
          {(["moderator", "admin"] as const).map((role) => {
            const has = person.roles.includes(role);
            const word = t.users.roles[role] ?? role;
            const action = has ? t.one.revoke(word) : t.one.grant(word);
            return (
              <Button
                key={role}
                kind={has ? "danger" : "plain"}
                busy={set.isPending}
                onClick={async () => {
                  const yes = await ask({
                    title: has ? t.one.revoke_title(word, name) : t.one.grant_title(word, name),
                    text: <p>{has ? t.one.revoke_text : t.one.grant_text[role]}</p>,
                    action,
                    isDanger: has,
                  });
                  if (yes) set.mutate({ role, granted: !has });
                }}
              >
                {action}
              </Button>
            );
          })}
        </div>
        {set.error && <Problem error={set.error} />}
      </Card>
      {question}
    </Section>
  );
}

function PlanOf({ person }: { person: Person }) {
  const plans = useTable<{ slug: string; display_name: string }[]>(
    ["subscription_tier"],
    (from, signal) =>
      from("subscription_tier").select("slug, display_name").order("sort_order").abortSignal(signal),
    { staleMs: 600_000 },
  );
  const [wanted, setWanted] = useState<string>();
  const [ask, question] = useAsk();
  const set = useAction(
    ({ tier }: { tier: string; before: string | null }) =>
      api.rpc("set_user_plan", { p_user_id: person.id, p_tier: tier }),
    {
      touches: TOUCHES,
      onDone: (_, { tier, before }) => {
        setWanted(undefined);
        say(t.one.plan_done(tier), before ? () => set.mutate({ tier: before, before: tier }) : undefined);
      },
    },
  );
  const check = useAction(() => api.rpc("admin_check_billing", { p_user_id: person.id }), {
    touches: TOUCHES,
    onDone: () => say(t.one.check_billing_done),
  });
  const error = plans.error ?? set.error ?? check.error;
  const tier = wanted ?? person.tier ?? "";
  return (
    <Section title={t.one.plan}>
      <Card>
        <div className="stack">
          <Select
            label={t.one.plan}
            hint={t.one.plan_hint}
            value={tier}
            options={plans.data?.map(({ slug, display_name }) => [slug, display_name]) ?? [[tier, tier]]}
            onChange={({ target }) => setWanted(target.value)}
          />
          <div className="actions">
            <Button
              disabled={wanted === undefined || wanted === person.tier}
              busy={set.isPending}
              onClick={() => set.mutate({ tier, before: person.tier })}
            >
              {t.one.plan_change}
            </Button>
            <Button
              kind="link"
              busy={check.isPending}
              onClick={async () => {
                const text = <p>{t.one.check_billing_text}</p>;
                const about = { title: t.one.check_billing_title, text, action: t.one.check_billing };
                if (await ask(about)) check.mutate();
              }}
            >
              {t.one.check_billing}
            </Button>
          </div>
          {error && <Problem error={error} />}
        </div>
      </Card>
      {question}
    </Section>
  );
}
