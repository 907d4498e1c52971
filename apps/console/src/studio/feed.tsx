import type { Output } from "@streamvibe/client";
import { api } from "../data/client.ts";
import { useAction, usePages } from "../data/queries.ts";
import { studio as t } from "../texts/studio.ts";
import { say } from "../ui/notices.tsx";
import { A, Badge, Button, Empty, List, Page, Problem, Section } from "../ui/parts.tsx";
import { Person } from "../visitor/creators.tsx";
import { categoryName, Grid, ItemCard } from "../visitor/item_card.tsx";
import { zone } from "./data.ts";

const TOUCHED = ["feed-home", "list-follows", "feed-profile"];

export default function Feed() {
  const feed = usePages("feed-home", { limit: 24, time_zone: zone() });
  const mute = useAction((creator_id: string) => api.call("mute", { creator_id }), {
    touches: TOUCHED,
    onDone: (_, creator_id) => say(t.feed.muted, () => unmute.mutate({ creator_id })),
  });
  const unmute = useAction(
    (what: { creator_id?: string; category?: string; content_id?: string }) =>
      api.call("mute", { ...what, is_muted: false }),
    { touches: TOUCHED },
  );
  const first = feed.data?.pages[0];
  return (
    <Page title={t.feed.title} lede={first?.is_cold_start ? t.feed.cold : t.feed.lede}>
      {(mute.error || unmute.error) && <Problem error={mute.error ?? unmute.error} />}
      <List
        of={feed}
        rows={({ items }) => items}
        empty={
          <Empty title={t.feed.none} why={t.feed.none_why}>
            <A to="/creators" className="button primary">{t.feed.find}</A>
          </Empty>
        }
      >
        {(items) => (
          <Grid>
            {items.map((item) => (
              <li key={item.id}>
                <ItemCard
                  item={item}
                  note={
                    <>
                      <p>{item.is_today && <Badge tone="info">{t.feed.today}</Badge>} {item.why[0]?.text}</p>
                      <Button className="small above" onClick={() => mute.mutate(item.creator.id)}>
                        {t.feed.mute}
                      </Button>
                    </>
                  }
                />
              </li>
            ))}
          </Grid>
        )}
      </List>
      <Follows kind="followed" title={t.feed.followed} />
      <Follows kind="muted" title={t.feed.muted_title} />
    </Page>
  );
}

type Follow = Output<"list-follows">["follows"][number];

function Follows({ kind, title }: { kind: "followed" | "muted"; title: string }) {
  const list = usePages("list-follows", { kind, limit: 20 });
  const undo = useAction(({ creator_id, category, content_id }: Follow) => {
    const what = creator_id ? { creator_id } : category ? { category } : { content_id: content_id ?? "" };
    return kind === "followed"
      ? api.call("follow", { ...what, is_followed: false } as Parameters<typeof api.call<"follow">>[1])
      : api.call("mute", { ...what, is_muted: false } as Parameters<typeof api.call<"mute">>[1]);
  }, { touches: TOUCHED });
  if (kind === "muted" && list.data?.pages[0]?.follows.length === 0) return null;
  return (
    <Section title={title}>
      {undo.error && <Problem error={undo.error} />}
      <List
        of={list}
        rows={({ follows }) => follows}
        empty={<p className="quiet">{t.feed.nobody}</p>}
        skeleton={1}
      >
        {(follows) => (
          <ul className="stack plain-list">
            {follows.map((follow) => (
              <li key={follow.creator_id ?? follow.category ?? follow.content_id} className="row between">
                {follow.creator
                  ? <Person {...follow.creator} />
                  : <span>{categoryName(follow.category) || follow.content_id}</span>}
                <Button
                  className="small"
                  onClick={() =>
                    undo.mutate(follow)}
                >
                  {kind === "followed" ? t.feed.unfollow : t.feed.unmute}
                </Button>
              </li>
            ))}
          </ul>
        )}
      </List>
    </Section>
  );
}
