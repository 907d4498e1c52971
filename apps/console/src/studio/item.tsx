/** One item of the library: its texts, suggestions, revisions, search engine findings and visits. */
import type { Row } from "@streamvibe/client";
import { useState } from "react";
import { supabase } from "../data/client.ts";
import { itemPath } from "../data/config.ts";
import { useDraft } from "../data/drafts.ts";
import { rowsOf, useAction, useCall, useRows, useTable } from "../data/queries.ts";
import { studio as t } from "../texts/studio.ts";
import { useParam } from "../ui/address.ts";
import { Difference } from "../ui/difference.tsx";
import { say } from "../ui/notices.tsx";
import {
  A,
  Badge,
  Button,
  Card,
  Empty,
  Figure,
  Figures,
  List,
  Num,
  Page,
  Problem,
  Query,
  Section,
  Select,
  TextArea,
  TextField,
  Time,
  type Tone,
} from "../ui/parts.tsx";
import { CATEGORIES } from "../visitor/choices.tsx";
import { kindName } from "../visitor/item_card.tsx";
import { Suggest } from "./suggest.tsx";

export type Item = Pick<
  Row<"content_item">,
  | "id"
  | "title"
  | "description"
  | "tags"
  | "hashtags"
  | "category_code"
  | "content_type"
  | "permalink"
  | "visibility"
  | "views_count"
  | "likes_count"
  | "comments_count"
  | "total_clicks"
  | "published_at"
  | "hidden_at"
  | "hidden_reason"
  | "vanished_at"
  | "deleted_at"
  | "updated_at"
>;
const COLUMNS =
  "id, title, description, tags, hashtags, category_code, content_type, permalink, visibility, views_count, likes_count, comments_count, total_clicks, published_at, hidden_at, hidden_reason, vanished_at, deleted_at, updated_at";

export default function ItemPage() {
  const id = useParam("id");
  const item = useTable<Item>(
    ["content_item", id],
    (from, signal) => from("content_item").select(COLUMNS).eq("id", id).abortSignal(signal).single(),
  );
  return <Query of={item} rows={6}>{(row) => <One item={row} />}</Query>;
}

function One({ item }: { item: Item }) {
  const set = useAction(
    (deleted_at: string | null) =>
      rowsOf(supabase.from("content_item").update({ deleted_at }).eq("id", item.id)),
    {
      touches: ["content_item"],
      onDone: (_, deleted_at) => {
        if (deleted_at) say(t.library.deleted(1), () => set.mutate(null));
        else say(t.library.restored(1));
      },
    },
  );
  return (
    <Page
      title={item.title || kindName(item.content_type)}
      lede={
        <>
          <A to="/studio/library">{t.item.back}</A> · {kindName(item.content_type)} ·{" "}
          <Time at={item.published_at} />
        </>
      }
      actions={
        <>
          <A to={itemPath(item.id)} className="button plain">{t.item.public_page}</A>
          {item.permalink && (
            <a className="button plain" href={item.permalink} target="_blank" rel="noopener">
              {t.item.at_platform}
            </a>
          )}
          {item.deleted_at
            ? (
              <Button kind="primary" busy={set.isPending} onClick={() => set.mutate(null)}>
                {t.item.restore}
              </Button>
            )
            : (
              <Button kind="danger" busy={set.isPending} onClick={() => set.mutate(new Date().toISOString())}>
                {t.item.delete}
              </Button>
            )}
        </>
      }
    >
      {set.error && <Problem error={set.error} />}
      {item.deleted_at && <p className="badge warn">{t.item.deleted}</p>}
      {item.hidden_at && <p className="field-error">{t.library.states.hidden}: {item.hidden_reason}</p>}
      <Figures>
        <Figure name={t.item.figures.views}>
          <Num value={item.views_count} compact />
        </Figure>
        <Figure name={t.item.figures.likes}>
          <Num value={item.likes_count} compact />
        </Figure>
        <Figure name={t.item.figures.comments}>
          <Num value={item.comments_count} compact />
        </Figure>
        <Figure name={t.item.figures.visits}>
          <Num value={item.total_clicks} compact />
        </Figure>
      </Figures>
      <Section title={t.item.suggestions}>
        <Suggest item={item} />
      </Section>
      <Section title={t.item.edit}>
        <Card>
          <Texts key={item.updated_at} item={item} />
        </Card>
      </Section>
      <Section title={t.item.seo} lede={t.item.seo_lede}>
        <RichResults id={item.id} />
      </Section>
      <Section title={t.item.revisions}>
        <Revisions item={item} />
      </Section>
    </Page>
  );
}

function Texts({ item }: { item: Item }) {
  const initial = {
    title: item.title,
    description: item.description,
    tags: item.tags.join(", "),
    category_code: item.category_code ?? "",
  };
  const [draft, setDraft, clear] = useDraft<typeof initial | null>(`item:${item.id}`, null);
  const now = draft ?? initial;
  const save = useAction(() => {
    const tags = now.tags.split(",").map((tag) => tag.trim()).filter(Boolean);
    const { title, description, category_code } = now;
    // The category is sent only if it changed, so that it stays derived unless the creator chooses one.
    const changes = {
      title,
      description,
      tags,
      ...(category_code !== initial.category_code ? { category_code: category_code || null } : {}),
    };
    return rowsOf(supabase.from("content_item").update(changes).eq("id", item.id));
  }, {
    touches: ["content_item", "content_revision", "validate-seo"],
    onDone: () => {
      clear();
      say(t.item.saved);
    },
  });
  const change = (part: Partial<typeof initial>) => setDraft({ ...now, ...part });
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      {draft && <p className="quiet" role="status">{t.item.draft}</p>}
      <TextField
        label={t.item.title}
        value={now.title}
        maxLength={500}
        onChange={({ target }) => change({ title: target.value })}
      />
      <TextArea
        label={t.item.description}
        value={now.description}
        rows={5}
        maxLength={10_000}
        onChange={({ target }) => change({ description: target.value })}
      />
      <div className="halves">
        <TextField
          label={t.item.tags}
          hint={t.item.tags_hint}
          value={now.tags}
          onChange={({ target }) => change({ tags: target.value })}
        />
        <Select
          label={t.item.category}
          value={now.category_code}
          options={[["", "–"], ...CATEGORIES]}
          onChange={({ target }) => change({ category_code: target.value })}
        />
      </div>
      {save.error && <Problem error={save.error} />}
      <div className="actions">
        <Button type="submit" kind="primary" busy={save.isPending}>{t.item.save}</Button>
        {draft && <Button onClick={clear}>{t.item.discard}</Button>}
      </div>
    </form>
  );
}

const SEVERITY: Record<string, Tone> = { error: "bad", warning: "warn", info: "info" };

function RichResults({ id }: { id: string }) {
  const check = useCall("validate-seo", { content_id: id });
  return (
    <Query of={check} rows={2}>
      {({ rich_result, findings }) => (
        <div className="stack">
          {rich_result && <p>{t.item.seo_rich(rich_result)}</p>}
          {findings.length === 0
            ? <p className="quiet">{t.item.seo_none}</p>
            : (
              <ul className="stack plain-list">
                {findings.map(({ code, severity, field, message, fix, document_url }) => (
                  <li key={code + field}>
                    <Badge tone={SEVERITY[severity]}>{t.item.severities[severity] ?? severity}</Badge>{" "}
                    {message} <strong>{fix}</strong>{" "}
                    <a href={document_url} target="_blank" rel="noopener">{t.item.rich_document}</a>
                  </li>
                ))}
              </ul>
            )}
        </div>
      )}
    </Query>
  );
}

type Revision = Omit<Row<"content_revision">, "id"> & { id: string };
const PAGE = 10;

/** Revisions, newest first; each can be compared with the next one. */
function Revisions({ item }: { item: Item }) {
  const list = useRows<Revision>(["content_revision", item.id], async (after, signal) => {
    let asked = supabase.from("content_revision")
      .select("id::text, source, changed_by, changed_fields, title, description, tags, created_at").eq(
        "content_item_id",
        item.id,
      );
    if (after) asked = asked.lt("id", after);
    const rows = await rowsOf<Revision[]>(
      asked.order("id", { ascending: false }).limit(PAGE).abortSignal(signal),
    );
    return { rows, next: rows.length === PAGE ? rows.at(-1)?.id ?? null : null };
  });
  const [open, setOpen] = useState<string>();
  return (
    <List
      of={list}
      rows={({ rows }) => rows}
      empty={<Empty title={t.item.revisions_none} why={t.item.revisions_none_why} />}
    >
      {(revisions) => (
        <ul className="stack plain-list">
          {revisions.map((revision, at) => {
            const next = revisions[at - 1] ?? item;
            const isOpen = open === revision.id;
            return (
              <li key={revision.id}>
                <Card>
                  <div className="row between">
                    <span>
                      <Time at={revision.created_at} />,{" "}
                      {t.item.revision_by[revision.source] ?? revision.source}:{" "}
                      {revision.changed_fields.map((field) => t.suggest.fields[field] ?? field).join(", ")}
                    </span>
                    <Button
                      className="small"
                      aria-expanded={isOpen}
                      onClick={() => setOpen(isOpen ? undefined : revision.id)}
                    >
                      {t.item.revision_compare}
                    </Button>
                  </div>
                  {isOpen && (
                    <dl className="stack">
                      {(["title", "description"] as const).filter((field) => revision[field] !== next[field])
                        .map((field) => (
                          <div key={field}>
                            <dt className="quiet small">{t.suggest.fields[field]}</dt>
                            <dd>
                              <Difference before={revision[field]} after={next[field]} />
                            </dd>
                          </div>
                        ))}
                      {revision.tags.join() !== next.tags.join() && (
                        <div>
                          <dt className="quiet small">{t.suggest.fields.tags}</dt>
                          <dd>
                            <Difference before={revision.tags.join(", ")} after={next.tags.join(", ")} />
                          </dd>
                        </div>
                      )}
                    </dl>
                  )}
                </Card>
              </li>
            );
          })}
        </ul>
      )}
    </List>
  );
}
