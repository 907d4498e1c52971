import type { Row } from "@streamvibe/client";
import { useState } from "react";
import { api, supabase, useUserId } from "../data/client.ts";
import { pageOf, rowsOf, useAction, useRows } from "../data/queries.ts";
import { studio as t } from "../texts/studio.ts";
import { useGo, useWish } from "../ui/address.ts";
import { say } from "../ui/notices.tsx";
import {
  A,
  Badge,
  Button,
  Empty,
  List,
  Num,
  Page,
  Problem,
  Select,
  Table,
  TextField,
  Time,
  useStill,
} from "../ui/parts.tsx";
import { kindName, Picture } from "../visitor/item_card.tsx";
import { visitor } from "../texts/visitor.ts";
import { nameOf, useAccounts } from "./data.ts";
import { duration } from "../ui/format.ts";

type Item = Pick<
  Row<"content_item">,
  | "id"
  | "title"
  | "description"
  | "content_type"
  | "visibility"
  | "views_count"
  | "likes_count"
  | "comments_count"
  | "duration_seconds"
  | "total_clicks"
  | "published_at"
  | "deleted_at"
  | "vanished_at"
  | "hidden_at"
  | "updated_at"
  | "social_account_id"
  | "thumbnail_url"
>;
const COLUMNS =
  "id, title, description, content_type, visibility, views_count, likes_count, comments_count, duration_seconds, total_clicks, published_at, deleted_at, vanished_at, hidden_at, updated_at, social_account_id, thumbnail_url";
const PAGE = 30;

export default function Library() {
  const user = useUserId();
  const [wish, change] = useWish();
  const { account, kind, state = "there", sort = "published_at" } = wish;
  const [text, setText] = useState(wish.q ?? "");
  const q = useStill(text.trim());
  const accounts = useAccounts();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const go = useGo();
  const list = useRows<Item>(
    ["content_item", "library", { q, account, kind, state, sort }],
    async (after, signal) => {
      if (q) {
        const found = await api.rpc("search_library", {
          p_query: q,
          p_limit: PAGE,
          p_offset: Number(after ?? 0),
        }, { signal });
        const rows = (found ?? []) as unknown as Item[];
        const fitting = rows.filter((row) =>
          (!account || row.social_account_id === account) && (!kind || row.content_type === kind)
        );
        return { rows: fitting, next: rows.length === PAGE ? String(Number(after ?? 0) + PAGE) : null };
      }
      let asked = supabase.from("content_item").select(COLUMNS).eq("user_id", user);
      asked = state === "deleted"
        ? asked.not("deleted_at", "is", null)
        : state === "gone"
        ? asked.not("vanished_at", "is", null).is("deleted_at", null)
        : state === "hidden"
        ? asked.not("hidden_at", "is", null)
        : asked.is("deleted_at", null);
      if (account) asked = asked.eq("social_account_id", account);
      if (kind) asked = asked.eq("content_type", kind);
      // Items without a duration cannot be sorted by it.
      if (sort === "duration_seconds") asked = asked.not("duration_seconds", "is", null);
      return await pageOf<Item>(asked, sort as "published_at", { after, size: PAGE, signal });
    },
    { keep: true },
  );
  const shown = list.data?.pages.flatMap(({ rows }) => rows) ?? [];
  const ids = [...chosen];
  const done = () => setChosen(new Set());
  const set = useAction(
    ({ ids, deleted_at }: { ids: string[]; deleted_at: string | null }) =>
      rowsOf(supabase.from("content_item").update({ deleted_at }).in("id", ids)),
    {
      touches: ["content_item"],
      onDone: (_, { ids, deleted_at }) => {
        done();
        if (deleted_at) say(t.library.deleted(ids.length), () => set.mutate({ ids, deleted_at: null }));
        else say(t.library.restored(ids.length));
      },
    },
  );
  const suggest = useAction(() => api.jobs.create("ai_generate_tags", { content_item_ids: ids }), {
    touches: ["job_queue"],
    onDone: (job) => {
      say(t.library.suggesting(ids.length));
      done();
      go(`/studio/jobs/${job}`);
    },
  });
  const tell = useAction(() => api.jobs.create("seo_submit", { content_item_ids: ids }), {
    touches: ["job_queue"],
    onDone: () => {
      say(t.library.telling);
      done();
    },
  });
  const pin = useAction(() => api.rpc("pin_content", { p_content_item_ids: ids }), {
    onDone: () => {
      say(t.library.pinned);
      done();
    },
  });
  const failed = set.error ?? suggest.error ?? tell.error ?? pin.error;
  const hasFilter = q || account || kind || state !== "there";
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  return (
    <Page title={t.library.title} lede={t.library.lede}>
      <div className="filters">
        <TextField
          label={t.library.search}
          type="search"
          value={text}
          maxLength={200}
          onChange={({ target }) => {
            setText(target.value);
            change({ q: target.value || undefined });
          }}
        />
        <Select
          label={t.library.account}
          value={account ?? ""}
          options={[
            ["", t.library.all],
            ...(accounts.data ?? []).map((one) => [one.id, nameOf(one)] as const),
          ]}
          onChange={({ target }) => change({ account: target.value || undefined })}
        />
        <Select
          label={t.library.kind}
          value={kind ?? ""}
          options={[["", t.library.all], ...Object.entries(visitor.kinds)]}
          onChange={({ target }) => change({ kind: target.value || undefined })}
        />
        <Select
          label={t.library.state}
          value={state}
          options={Object.entries(t.library.states)}
          onChange={({ target }) => change({ state: target.value })}
        />
        <Select
          label={t.library.sort}
          value={sort}
          options={Object.entries(t.library.sorts)}
          onChange={({ target }) => change({ sort: target.value })}
        />
      </div>
      {failed && <Problem error={failed} />}
      <div className="row" role="group" aria-label={t.library.chosen(chosen.size)}>
        <span role="status">{chosen.size > 0 && t.library.chosen(chosen.size)}</span>
        {chosen.size > 0 && (
          <div className="actions">
            {state === "deleted"
              ? <Button onClick={() => set.mutate({ ids, deleted_at: null })}>{t.library.restore}</Button>
              : (
                <>
                  <Button busy={suggest.isPending} onClick={() => suggest.mutate()}>
                    {t.library.suggest}
                  </Button>
                  <Button busy={tell.isPending} onClick={() => tell.mutate()}>{t.library.tell}</Button>
                  <Button busy={pin.isPending} onClick={() => pin.mutate()}>{t.library.pin}</Button>
                  <Button
                    kind="danger"
                    busy={set.isPending}
                    onClick={() => set.mutate({ ids, deleted_at: new Date().toISOString() })}
                  >
                    {t.library.delete}
                  </Button>
                </>
              )}
          </div>
        )}
      </div>
      <List
        of={list}
        rows={({ rows }) => rows}
        empty={hasFilter
          ? (
            <Empty title={t.library.empty} why={t.library.empty_why}>
              <Button
                onClick={() => {
                  setText("");
                  change({ q: undefined, account: undefined, kind: undefined, state: undefined });
                }}
              >
                {t.library.clear}
              </Button>
            </Empty>
          )
          : (
            <Empty title={t.library.none} why={t.library.none_why}>
              <A to="/studio/accounts" className="button primary">{t.home.connect}</A>
            </Empty>
          )}
      >
        {(items) => (
          <>
            <div className="check">
              <input
                type="checkbox"
                id="all"
                checked={items.length > 0 && items.every(({ id }) => chosen.has(id))}
                onChange={({ target }) => setChosen(new Set(target.checked ? shown.map(({ id }) => id) : []))}
              />
              <label htmlFor="all">{t.library.choose_all}</label>
            </div>
            <Table
              caption={t.library.title}
              rows={items}
              keyOf={({ id }) => id}
              columns={[
                {
                  name: t.library.choose(""),
                  quiet: true,
                  cell: ({ id, title }) => (
                    <input
                      type="checkbox"
                      aria-label={t.library.choose(title)}
                      checked={chosen.has(id)}
                      onChange={() => toggle(id)}
                    />
                  ),
                },
                {
                  name: t.library.columns.item,
                  cell: (item) => (
                    <div className="person">
                      <Picture className="thumb" id={item.id} url={item.thumbnail_url} />
                      <div>
                        <A to={`/studio/library/${item.id}`}>
                          {item.title || item.description?.slice(0, 80) || kindName(item.content_type)}
                        </A>
                        <div className="row small">
                          <span className="quiet">{kindName(item.content_type)}</span>
                          {item.visibility && item.visibility !== "public" && <Badge>{item.visibility}
                          </Badge>}
                          {item.hidden_at && <Badge tone="bad">{t.library.states.hidden}</Badge>}
                          {item.vanished_at && <Badge tone="warn">{t.library.states.gone}</Badge>}
                        </div>
                      </div>
                    </div>
                  ),
                },
                {
                  name: t.library.columns.views,
                  numeric: true,
                  cell: ({ views_count }) => <Num value={views_count} compact />,
                },
                ...(q ? [] : sort === "likes_count" || sort === "comments_count"
                  ? [{
                    name: t.library.columns[sort],
                    numeric: true,
                    cell: (item: Item) => <Num value={item[sort]} compact />,
                  }]
                  : sort === "duration_seconds"
                  ? [{
                    name: t.library.columns.duration_seconds,
                    numeric: true,
                    cell: (item: Item) => duration(item.duration_seconds ?? 0),
                  }]
                  : []),
                {
                  name: t.library.columns.visits,
                  numeric: true,
                  cell: ({ total_clicks }) => <Num value={total_clicks} compact />,
                },
                {
                  name: t.library.columns.published,
                  cell: ({ published_at }) => <Time at={published_at} style="day" />,
                },
              ]}
            />
          </>
        )}
      </List>
    </Page>
  );
}
