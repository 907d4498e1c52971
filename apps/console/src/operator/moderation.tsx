import { useState } from "react";
import { itemPath } from "../data/config.ts";
import { api } from "../data/client.ts";
import { useAction, useTable } from "../data/queries.ts";
import { operator as t } from "../texts/operator.ts";
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
  Table,
  TextField,
  Time,
} from "../ui/parts.tsx";
import { type Item, useList } from "./data.ts";
import { useAskToHide } from "./hide.tsx";
import { PersonLink } from "./parts.tsx";

interface Featured {
  user_id: string;
  sort_order: number;
  reason: string | null;
  featured_at: string;
  ends_at: string | null;
}
const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

export default function Moderation() {
  return (
    <Page title={t.moderation.title} lede={t.moderation.lede}>
      <FindItem />
      <HiddenItems />
      <HiddenPeople />
      <FeaturedPeople />
    </Page>
  );
}

/** Hides or shows an item; the action can be undone. */
function useHiding() {
  const set = useAction(
    ({ id, hidden, why }: { id: string; hidden: boolean; why?: string | null }) =>
      api.rpc("set_content_hidden", {
        p_content_item_id: id,
        p_hidden: hidden,
        ...(why ? { p_reason: why } : {}),
      }),
    {
      touches: ["admin_list_content"],
      onDone: (_, { id, hidden, why }) =>
        say(
          hidden ? t.moderation.hidden_done : t.moderation.shown_done,
          () => set.mutate({ id, hidden: !hidden, why }),
        ),
    },
  );
  return set;
}

function FindItem() {
  const [wish, change] = useWish();
  const [typed, setTyped] = useState(wish.item ?? "");
  const [isBad, setBad] = useState(false);
  return (
    <Section title={t.moderation.item}>
      <Card>
        <form
          className="form"
          role="search"
          onSubmit={(event) => {
            event.preventDefault();
            const id = UUID.exec(typed)?.[0];
            setBad(!id);
            if (id) change({ item: id.toLowerCase() });
          }}
        >
          <TextField
            label={t.moderation.item}
            hint={t.moderation.item_hint}
            required
            value={typed}
            error={isBad && t.moderation.item_bad}
            onChange={({ target }) => setTyped(target.value)}
          />
          <div className="actions">
            <Button type="submit">{t.moderation.item_find}</Button>
          </div>
        </form>
      </Card>
      {wish.item && <FoundItem id={wish.item} />}
    </Section>
  );
}

function FoundItem({ id }: { id: string }) {
  const found = useList("admin_list_content", { id }, { limit: 1 });
  return (
    <List
      of={found}
      rows={({ items }) => items}
      skeleton={1}
      empty={<Empty title={t.moderation.item_none} why={t.moderation.item_none_why} />}
    >
      {(items) => <Items items={items} caption={t.moderation.item} />}
    </List>
  );
}

function HiddenItems() {
  const list = useList("admin_list_content", {}, { limit: 20 });
  return (
    <Section title={t.moderation.hidden_items}>
      <List
        of={list}
        rows={({ items }) => items}
        empty={<Empty title={t.moderation.hidden_none} why={t.moderation.hidden_none_why} />}
      >
        {(items) => <Items items={items} caption={t.moderation.hidden_items} />}
      </List>
    </Section>
  );
}

function Items({ items, caption }: { items: Item[]; caption: string }) {
  const hiding = useHiding();
  const [ask, question] = useAskToHide();
  const hide = async ({ id, title }: Item) => {
    const why = await ask(t.moderation.hide_title(title || t.moderation.untitled), t.moderation.hide_text);
    if (why !== undefined) hiding.mutate({ id, hidden: true, why });
  };
  return (
    <>
      {hiding.error && <Problem error={hiding.error} />}
      <Table
        caption={caption}
        rows={items}
        keyOf={({ id }) => id}
        columns={[
          {
            name: t.moderation.columns.item,
            cell: ({ id, title, hidden_at }) =>
              hidden_at
                ? title || t.moderation.untitled
                : <A to={itemPath(id)}>{title || t.moderation.untitled}</A>,
          },
          {
            name: t.moderation.columns.person,
            cell: ({ user_id, creator }) => <PersonLink id={user_id} name={creator} />,
          },
          {
            name: t.moderation.columns.reason,
            cell: ({ hidden_reason, visibility, deleted_at }) =>
              hidden_reason ?? (deleted_at ? t.moderation.deleted : <Badge>{visibility}</Badge>),
          },
          {
            name: t.moderation.columns.since,
            cell: ({ hidden_at }) => hidden_at ? <Time at={hidden_at} relative /> : "–",
          },
          {
            name: t.moderation.columns.act,
            quiet: true,
            cell: (item) =>
              item.hidden_at
                ? (
                  <Button
                    className="small"
                    onClick={() => hiding.mutate({ id: item.id, hidden: false, why: item.hidden_reason })}
                  >
                    {t.moderation.show}
                  </Button>
                )
                : (
                  <Button className="small" kind="danger" onClick={() => void hide(item)}>
                    {t.moderation.hide}
                  </Button>
                ),
          },
        ]}
      />
      {question}
    </>
  );
}

function HiddenPeople() {
  const list = useList("admin_list_users", { hidden: "true" }, { limit: 20 });
  return (
    <Section title={t.moderation.hidden_people}>
      <List
        of={list}
        rows={({ items }) => items}
        empty={<Empty title={t.moderation.people_none} why={t.moderation.people_none_why} />}
      >
        {(people) => (
          <Table
            caption={t.moderation.hidden_people}
            rows={people}
            keyOf={({ id }) => id}
            columns={[
              {
                name: t.moderation.columns.person,
                cell: ({ id, display_name, email }) => <PersonLink id={id} name={display_name ?? email} />,
              },
              { name: t.moderation.columns.reason, cell: ({ hidden_reason }) => hidden_reason },
              { name: t.moderation.columns.since, cell: ({ hidden_at }) => <Time at={hidden_at} relative /> },
            ]}
          />
        )}
      </List>
    </Section>
  );
}

function FeaturedPeople() {
  const featured = useTable<Featured[]>(
    ["featured_creator"],
    (from, signal) =>
      from("featured_creator").select("user_id, sort_order, reason, featured_at, ends_at")
        .order("sort_order").order("user_id").limit(200).abortSignal(signal),
  );
  const set = useAction(
    ({ row, is }: { row: Featured; is: boolean }) =>
      api.rpc("feature_creator", {
        p_user_id: row.user_id,
        p_is_featured: is,
        p_sort_order: row.sort_order,
        ...(row.reason ? { p_reason: row.reason } : {}),
        ...(row.ends_at ? { p_ends_at: row.ends_at } : {}),
      }),
    {
      touches: ["featured_creator"],
      onDone: (_, { row, is }) =>
        say(is ? t.undone : t.moderation.removed, () => set.mutate({ row, is: !is })),
    },
  );
  return (
    <Section title={t.moderation.featured}>
      {set.error && <Problem error={set.error} />}
      <Query
        of={featured}
        empty={(rows) =>
          rows.length === 0 && (
            <Empty title={t.moderation.featured_none} why={t.moderation.featured_none_why} />
          )}
      >
        {(rows) => (
          <Table
            caption={t.moderation.featured}
            rows={rows}
            keyOf={({ user_id }) => user_id}
            columns={[
              { name: t.moderation.columns.person, cell: ({ user_id }) => <PersonLink id={user_id} /> },
              { name: t.moderation.columns.order, numeric: true, cell: ({ sort_order }) => sort_order },
              { name: t.moderation.columns.reason, cell: ({ reason }) => reason ?? "–" },
              {
                name: t.moderation.columns.since,
                cell: ({ featured_at }) => <Time at={featured_at} relative />,
              },
              {
                name: t.moderation.columns.until,
                cell: ({ ends_at }) => ends_at ? <Time at={ends_at} /> : t.moderation.endless,
              },
              {
                name: t.moderation.columns.act,
                quiet: true,
                cell: (row) => (
                  <Button
                    className="small"
                    onClick={() => set.mutate({ row, is: false })}
                  >
                    {t.moderation.remove}
                  </Button>
                ),
              },
            ]}
          />
        )}
      </Query>
    </Section>
  );
}
