import type { Input, Output } from "@streamvibe/client";
import { creatorPath } from "../data/config.ts";
import { usePages } from "../data/queries.ts";
import { visitor as t } from "../texts/visitor.ts";
import { useWish } from "../ui/address.ts";
import { number } from "../ui/format.ts";
import { A, Badge, Card, Empty, List, Page, Section } from "../ui/parts.tsx";
import { CategoryChoice } from "./choices.tsx";
import { Avatar, categoryName, Grid } from "./item_card.tsx";

type Creator = Output<"browse-creators">["creators"][number];

export default function Creators() {
  const [wish, change] = useWish();
  const list = usePages("browse-creators", {
    category: wish.category as Input<"browse-creators">["category"],
    limit: 24,
  }, { keep: true });
  const featured = list.data?.pages[0]?.featured ?? [];
  return (
    <Page title={t.creators.title} lede={t.creators.lede}>
      <div className="filters">
        <CategoryChoice {...{ wish, change }} />
      </div>
      {featured.length > 0 && (
        <Section title={t.creators.featured}>
          <Grid>
            {featured.map((creator) => (
              <li key={creator.id}>
                <Card>
                  <Person {...creator} note={creator.reason} />
                </Card>
              </li>
            ))}
          </Grid>
        </Section>
      )}
      <List
        of={list}
        rows={({ creators }) => creators}
        empty={<Empty title={t.creators.empty} why={t.creators.empty_why} />}
      >
        {(creators) => <CreatorGrid creators={creators} />}
      </List>
    </Page>
  );
}

export function CreatorGrid(
  { creators }: {
    creators: Pick<
      Creator,
      "id" | "slug" | "display_name" | "category" | "is_verified" | "bio" | "total_followers" | "item_count"
    >[];
  },
) {
  return (
    <Grid>
      {creators.map((creator) => (
        <li key={creator.id}>
          <Card>
            <Person
              {...creator}
              note={`${t.creator.followers(number(creator.total_followers, true))} · ${
                t.creator.items(creator.item_count)
              }`}
            />
            {creator.bio && <p className="quiet small">{creator.bio}</p>}
          </Card>
        </li>
      ))}
    </Grid>
  );
}

export function Person({ id, slug, display_name, category, is_verified, note }: {
  id: string;
  slug: string | null;
  display_name: string | null;
  category: string | null;
  is_verified: boolean;
  note?: string | null;
}) {
  const name = display_name ?? slug ?? "";
  return (
    <div className="person">
      <Avatar name={name} id={id} />
      <div>
        <strong>{slug ? <A to={creatorPath(slug)}>{name}</A> : name}</strong>{" "}
        {is_verified && <Badge tone="info">{t.creator.verified}</Badge>}
        <div className="quiet small">{[categoryName(category), note].filter(Boolean).join(" · ")}</div>
      </div>
    </div>
  );
}
