/** A model's suggestion for an item beside its current texts; fields can be applied and undone one by one. */
import type { Row } from "@streamvibe/client";
import { useState } from "react";
import { api, supabase } from "../data/client.ts";
import { rowsOf, useAction, useTable } from "../data/queries.ts";
import { studio as t } from "../texts/studio.ts";
import { Difference } from "../ui/difference.tsx";
import { number } from "../ui/format.ts";
import { say } from "../ui/notices.tsx";
import { Badge, Button, Card, Empty, Problem, Progress, Query, Select, Time } from "../ui/parts.tsx";
import { categoryName } from "../visitor/item_card.tsx";
import type { Item } from "./item.tsx";

type Suggestion = Row<"ai_suggestion"> & { ai_model: { display_name: string } | null };
type Part = { name: string; points: number; of: number; advice: string | null };
type Field = "title" | "description" | "tags" | "hashtags" | "category";
const FIELDS: Field[] = ["title", "description", "tags", "hashtags", "category"];
const TOUCHED = ["content_item", "content_revision", "ai_suggestion_application", "validate-seo"];

export function Suggest({ item }: { item: Item }) {
  const list = useTable<Suggestion[]>(
    ["ai_suggestion", item.id],
    (from, signal) =>
      from("ai_suggestion").select("*, ai_model!ai_suggestion_model_id_fkey(display_name)").eq(
        "content_item_id",
        item.id,
      )
        .order("created_at", { ascending: false }).limit(5).abortSignal(signal),
  );
  const make = useAction(
    (fresh: boolean) =>
      api.call("ai-generate-tags", { content_item_id: item.id, ...(fresh ? { fresh } : {}) }),
    { touches: ["ai_suggestion", "subscription", "get-ai-costs"] },
  );
  return (
    <div className="stack">
      {make.error && <Problem error={make.error} />}
      {make.isPending && <p role="status">{t.suggest.making}</p>}
      <Query
        of={list}
        empty={(rows) =>
          rows.length === 0 && (
            <Empty title={t.suggest.none} why={t.welcome.suggest_lede}>
              <Button kind="primary" busy={make.isPending} onClick={() => make.mutate(false)}>
                {t.suggest.make}
              </Button>
            </Empty>
          )}
      >
        {([newest]) =>
          newest && (
            <>
              <One key={newest.id} suggestion={newest} item={item} />
              <div className="actions">
                <Button busy={make.isPending} onClick={() => make.mutate(true)}>
                  {t.suggest.make_fresh}
                </Button>
              </div>
            </>
          )}
      </Query>
    </div>
  );
}

function One({ suggestion, item }: { suggestion: Suggestion; item: Item }) {
  const [title, setTitle] = useState(0);
  const [description, setDescription] = useState(0);
  const undo = useAction((undo: string) => api.call("apply-ai-suggestion", { undo }), {
    touches: TOUCHED,
    onDone: () => say(t.suggest.undone),
  });
  const apply = useAction(
    (fields: Field[]) =>
      api.call("apply-ai-suggestion", {
        suggestion_id: suggestion.id,
        fields,
        ...(fields.includes("title") ? { title } : {}),
        ...(fields.includes("description") ? { description } : {}),
      }),
    {
      touches: TOUCHED,
      onDone: (result, fields) => {
        const application = "application_id" in result ? result.application_id : null;
        const names = fields.map((field) => t.suggest.fields[field]).join(", ");
        say(t.suggest.applied(names), application ? () => undo.mutate(application) : undefined);
      },
    },
  );
  const suggested: Record<Field, string> = {
    title: suggestion.suggested_titles[title] ?? "",
    description: suggestion.suggested_descriptions[description] ?? "",
    tags: suggestion.suggested_tags.join(", "),
    hashtags: suggestion.suggested_hashtags.map((tag) => `#${tag.replace(/^#/, "")}`).join(" "),
    category: categoryName(suggestion.suggested_category),
  };
  const now: Record<Field, string> = {
    title: item.title,
    description: item.description,
    tags: item.tags.join(", "),
    hashtags: item.hashtags.map((tag) => `#${tag.replace(/^#/, "")}`).join(" "),
    category: categoryName(item.category_code),
  };
  const open = FIELDS.filter((field) => suggested[field] !== "" && suggested[field] !== now[field]);
  return (
    <Card>
      <div className="stack">
        <div className="row between">
          <span className="quiet small">
            {t.suggest.when} <Time at={suggestion.created_at} relative />
            {suggestion.ai_model && `, ${suggestion.ai_model.display_name}`}
          </span>
          {open.length > 1 && (
            <Button
              kind="primary"
              busy={apply.isPending}
              onClick={() => apply.mutate(open)}
            >
              {t.suggest.apply_all}
            </Button>
          )}
        </div>
        {(apply.error || undo.error) && <Problem error={apply.error ?? undo.error} />}
        {FIELDS.filter((field) => suggested[field] !== "").map((field) => (
          <section key={field} aria-label={t.suggest.fields[field]} className="stack">
            <h3>{t.suggest.fields[field]}</h3>
            <div className="versions">
              <div className="version">
                <h4>{t.suggest.now}</h4>
                <p>{now[field] || "–"}</p>
              </div>
              <div className="version">
                <h4>{t.suggest.suggested}</h4>
                {field === "title" && suggestion.suggested_titles.length > 1 && (
                  <Choice
                    label={t.suggest.choose_title}
                    of={suggestion.suggested_titles}
                    value={title}
                    onChange={setTitle}
                  />
                )}
                {field === "description" && suggestion.suggested_descriptions.length > 1 && (
                  <Choice
                    label={t.suggest.choose_description}
                    of={suggestion.suggested_descriptions}
                    value={description}
                    onChange={setDescription}
                  />
                )}
                <p>
                  <Difference before={now[field]} after={suggested[field]} />
                </p>
                {open.includes(field)
                  ? (
                    <Button
                      className="small"
                      busy={apply.isPending}
                      onClick={() => apply.mutate([field])}
                    >
                      {t.suggest.apply(t.suggest.fields[field] ?? field)}
                    </Button>
                  )
                  : <Badge tone="good">{t.suggest.same}</Badge>}
              </div>
            </div>
          </section>
        ))}
        <div className="halves">
          <Score
            title={t.suggest.seo}
            score={suggestion.seo_score}
            parts={suggestion.seo_parts as Part[] | null}
          />
          <Score
            title={t.suggest.trend}
            score={suggestion.trending_score}
            parts={suggestion.trending_parts as Part[] | null}
          />
        </div>
        {suggestion.trending_keywords.length > 0 && (
          <div>
            <h3>{t.suggest.keywords}</h3>
            <ul className="chips">
              {suggestion.trending_keywords.map((word) => <li key={word} className="chip">{word}</li>)}
            </ul>
          </div>
        )}
        <Feedback suggestion={suggestion} />
        <Applications item={item} onUndo={(id) => undo.mutate(id)} />
      </div>
    </Card>
  );
}

function Choice(
  { label, of, value, onChange }: {
    label: string;
    of: string[];
    value: number;
    onChange: (at: number) => void;
  },
) {
  return (
    <Select
      label={label}
      value={String(value)}
      options={of.map((_, at) => [String(at), t.suggest.option(at + 1)] as const)}
      onChange={({ target }) => onChange(Number(target.value))}
    />
  );
}

/** A score with its parts: the points of each, and advice to gain more. */
function Score({ title, score, parts }: { title: string; score: number; parts: Part[] | null }) {
  return (
    <section aria-label={title} className="stack">
      <h3>{title}: {t.suggest.of(number(score), "100")}</h3>
      <Progress label={title} value={score} />
      <ul className="plain-list small">
        {(parts ?? []).map(({ name, points, of, advice }) => (
          <li key={name}>
            {name.replaceAll("_", " ")}: {t.suggest.of(number(points), number(of))}
            {advice && <span className="quiet">{`. ${advice}`}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Feedback({ suggestion }: { suggestion: Suggestion }) {
  const give = useAction(
    (feedback: string) => rowsOf(supabase.from("ai_suggestion").update({ feedback }).eq("id", suggestion.id)),
    { touches: ["ai_suggestion", "get-ai-costs"] },
  );
  return (
    <div className="row" role="group" aria-label={t.suggest.kept}>
      <span className="quiet">{t.suggest.kept}</span>
      {Object.entries(t.suggest.feedback).map(([value, name]) => (
        <Button
          key={value}
          className="small"
          aria-pressed={suggestion.feedback === value}
          onClick={() => give.mutate(value)}
        >
          {name}
        </Button>
      ))}
      {give.error && <Problem error={give.error} />}
    </div>
  );
}

/** Suggestions applied before, each with an undo button. */
function Applications({ item, onUndo }: { item: Item; onUndo: (id: string) => void }) {
  const list = useTable<Row<"ai_suggestion_application">[]>(
    ["ai_suggestion_application", item.id],
    (from, signal) =>
      from("ai_suggestion_application").select("*").eq("content_item_id", item.id).order("applied_at", {
        ascending: false,
      })
        .limit(10).abortSignal(signal),
  );
  const open = list.data?.filter(({ undone_at }) => undone_at === null) ?? [];
  if (list.error) return <Problem error={list.error} />;
  if (open.length === 0) return null;
  return (
    <section aria-label={t.suggest.applications} className="stack">
      <h3>{t.suggest.applications}</h3>
      <ul className="plain-list">
        {open.map(({ id, fields, applied_at }) => (
          <li key={id} className="row">
            <span>{fields.map((field) => t.suggest.fields[field] ?? field).join(", ")}</span>
            <span className="quiet small">
              <Time at={applied_at} relative />
            </span>
            <Button className="small" onClick={() => onUndo(id)}>{t.suggest.undo}</Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
