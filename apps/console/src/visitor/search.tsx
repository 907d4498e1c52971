import type { Input } from "@streamvibe/client";
import { useState } from "react";
import { useCall, usePages } from "../data/queries.ts";
import { visitor as t } from "../texts/visitor.ts";
import { useWish } from "../ui/address.ts";
import { number } from "../ui/format.ts";
import { Button, Empty, List, Page, Query, Section, TextField, useStill } from "../ui/parts.tsx";
import { CreatorGrid } from "./creators.tsx";
import { categoryName, Grid, ItemCard, kindName, platformName } from "./item_card.tsx";
import { Marked } from "./marked.tsx";

type Facets = Record<"category" | "platform" | "content_type", Record<string, number>>;
const NAMES: Record<keyof Facets, [string, (value: string) => string]> = {
  category: [t.category, categoryName],
  platform: [t.platform, platformName],
  content_type: [t.kind, kindName],
};

export default function Search() {
  const [wish, change] = useWish();
  const [text, setText] = useState(wish.q ?? "");
  const q = useStill(text.trim());
  const { category, platform, content_type } = wish as Partial<Input<"search-content">>;
  const enabled = q !== "";
  const list = usePages(
    "search-content",
    { q, category, platform, content_type, facets: "true", limit: 24 },
    {
      enabled,
      keep: true,
    },
  );
  const creators = useCall("search-creators", { q, limit: 3 }, { enabled, keep: true });
  const first = list.data?.pages[0];
  const narrowed = category || platform || content_type;
  const clear = () => change({ category: undefined, platform: undefined, content_type: undefined });
  return (
    <Page title={t.search.title}>
      <form role="search" className="searchbox" onSubmit={(event) => event.preventDefault()}>
        <TextField
          type="search"
          label={t.search.label}
          hint={t.search.hint}
          value={text}
          autoComplete="off"
          maxLength={200}
          onChange={({ target }) => {
            setText(target.value);
            change({ q: target.value || undefined });
          }}
        />
      </form>
      {!enabled ? <Empty title={t.search.start} why={t.search.start_why} /> : (
        <>
          <div role="status" className="row">
            {first && (
              <span className="quiet">
                {t.search.found(
                  first.total_is_estimate ? t.about(number(first.total_count)) : number(first.total_count),
                )}
              </span>
            )}
            {first?.did_you_mean && (
              <span>
                {t.search.did_you_mean}{" "}
                <Button
                  kind="link"
                  onClick={() => {
                    setText(first.did_you_mean ?? "");
                    change({ q: first.did_you_mean ?? undefined });
                  }}
                >
                  {first.did_you_mean}
                </Button>?
              </span>
            )}
          </div>
          {first?.facets && (
            <FacetChoice facets={first.facets as unknown as Facets} wish={wish} change={change} />
          )}
          {creators.data && creators.data.results.length > 0 && (
            <Section title={t.search.creators}>
              <Query of={creators}>{({ results }) => <CreatorGrid creators={results} />}</Query>
            </Section>
          )}
          <Section title={t.search.items}>
            <List
              of={list}
              rows={({ results }) => results}
              empty={
                <Empty title={t.search.nothing(q)} why={t.search.nothing_why}>
                  {narrowed && <Button onClick={clear}>{t.search.clear}</Button>}
                </Empty>
              }
            >
              {(items) => (
                <Grid>
                  {items.map((item) => (
                    <li key={item.id}>
                      <ItemCard
                        item={item}
                        level={3}
                        title={item.title_html ? <Marked html={item.title_html} /> : undefined}
                        note={item.snippet_html
                          ? (
                            <p>
                              <Marked html={item.snippet_html} />
                            </p>
                          )
                          : undefined}
                      />
                    </li>
                  ))}
                </Grid>
              )}
            </List>
          </Section>
        </>
      )}
    </Page>
  );
}

/** Facet filters with result counts; selecting one again clears it. */
function FacetChoice({ facets, wish, change }: {
  facets: Facets;
  wish: Record<string, string | undefined>;
  change: (change: Record<string, string | undefined>) => void;
}) {
  return (
    <div className="stack">
      {(Object.keys(NAMES) as (keyof Facets)[]).map((facet) => {
        const values = Object.entries(facets[facet] ?? {}).sort(([, one], [, other]) => other - one).slice(
          0,
          8,
        );
        const chosen = wish[facet];
        if (chosen && !values.some(([value]) => value === chosen)) values.unshift([chosen, 0]);
        if (values.length < 2 && !chosen) return null;
        const [name, nameOf] = NAMES[facet];
        return (
          <div key={facet} className="facets" role="group" aria-label={name}>
            <span className="legend" aria-hidden="true">{name}</span>
            {values.map(([value, count]) => (
              <Button
                key={value}
                className="small"
                aria-pressed={chosen === value}
                onClick={() => change({ [facet]: chosen === value ? undefined : value })}
              >
                {nameOf(value)} {count > 0 && <span className="quiet">{number(count)}</span>}
              </Button>
            ))}
          </div>
        );
      })}
    </div>
  );
}
