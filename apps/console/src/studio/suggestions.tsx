import type { Row } from "@streamvibe/client";
import { supabase, useUserId } from "../data/client.ts";
import { pageOf, useRows, useTable } from "../data/queries.ts";
import { studio as t } from "../texts/studio.ts";
import { number } from "../ui/format.ts";
import { useMe } from "./data.ts";
import { A, Empty, List, Page, Problem, Section, Table, Time } from "../ui/parts.tsx";

type Suggestion =
  & Pick<
    Row<"ai_suggestion">,
    "id" | "content_item_id" | "suggested_titles" | "seo_score" | "trending_score" | "feedback" | "created_at"
  >
  & {
    content_item: { title: string; description: string } | null;
  };
const PAGE = 30;

export default function Suggestions() {
  const user = useUserId();
  const list = useRows<Suggestion>(["ai_suggestion", "mine"], async (after, signal) => {
    const asked = supabase.from("ai_suggestion")
      .select(
        "id, content_item_id, suggested_titles, seo_score, trending_score, feedback, created_at, content_item!ai_suggestion_content_item_id_fkey(title, description)",
      )
      .eq("user_id", user);
    return await pageOf<Suggestion>(asked, "created_at", { after, size: PAGE, signal });
  });
  return (
    <Page title={t.suggest.title} lede={t.suggest.lede}>
      <TrendingWords />
      <List
        of={list}
        rows={({ rows }) => rows}
        empty={
          <Empty title={t.suggest.none} why={t.suggest.none_why}>
            <A to="/studio/library" className="button primary">{t.home.library}</A>
          </Empty>
        }
      >
        {(rows) => (
          <Table
            caption={t.suggest.title}
            rows={rows}
            keyOf={({ id }) => id}
            columns={[
              {
                name: t.suggest.item,
                cell: ({ content_item_id, content_item }) => (
                  <A to={`/studio/library/${content_item_id}`}>
                    {content_item?.title || content_item?.description.slice(0, 60) || t.suggest.untitled}
                  </A>
                ),
              },
              { name: t.suggest.suggested, cell: ({ suggested_titles }) => suggested_titles[0] ?? "–" },
              { name: t.suggest.seo, numeric: true, cell: ({ seo_score }) => number(seo_score) },
              { name: t.suggest.trend, numeric: true, cell: ({ trending_score }) => number(trending_score) },
              { name: t.suggest.when, cell: ({ created_at }) => <Time at={created_at} relative /> },
            ]}
          />
        )}
      </List>
    </Page>
  );
}

interface Word {
  id: string;
  keyword: string;
  growth: number | null;
}

/** Trending keywords, in the creator's category if one is set. */
function TrendingWords() {
  const me = useMe();
  const category = me.data?.primary_category ?? null;
  const words = useTable<Word[]>(["trending_keyword", category], (from, signal) => {
    const asked = from("trending_keyword").select("id, keyword, growth");
    return (category ? asked.eq("category_code", category) : asked).order("score", { ascending: false })
      .limit(20).abortSignal(signal);
  }, { enabled: me.data !== undefined });
  if (words.error) return <Problem error={words.error} />;
  if (!words.data || words.data.length === 0) return null;
  return (
    <Section title={t.suggest.keywords}>
      <ul className="chips">
        {words.data.map(({ id, keyword }) => <li key={id} className="chip">{keyword}</li>)}
      </ul>
    </Section>
  );
}
