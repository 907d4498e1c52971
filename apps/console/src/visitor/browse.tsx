import type { Input } from "@streamvibe/client";
import { useCall, usePages } from "../data/queries.ts";
import { visitor as t } from "../texts/visitor.ts";
import { useWish } from "../ui/address.ts";
import { number } from "../ui/format.ts";
import { Button, Empty, List, Page, Select } from "../ui/parts.tsx";
import { CategoryChoice, PlatformChoice } from "./choices.tsx";
import { Grid, ItemCard } from "./item_card.tsx";

const PAGE = 24;

export default function Browse() {
  const [wish, change] = useWish();
  const categories = useCall("browse-categories", undefined, { staleMs: 60_000 });
  const { category, platform, content_type } = wish as Input<"browse-content">;
  const list = usePages("browse-content", { category, platform, content_type, limit: PAGE }, { keep: true });
  const first = list.data?.pages[0];
  const known = categories.data?.categories.find(({ code }) => code === category);
  return (
    <Page title={t.browse.title} lede={known?.description ?? t.browse.lede}>
      <div className="filters">
        <CategoryChoice {...{ wish, change }} />
        <PlatformChoice {...{ wish, change }} />
        <Select
          label={t.kind}
          value={content_type ?? ""}
          options={[["", t.all], ...Object.entries(t.kinds)]}
          onChange={({ target }) => change({ content_type: target.value || undefined })}
        />
        {first && (
          <p className="quiet" role="status">
            {t.browse.total(
              first.total_is_estimate ? t.about(number(first.total_count)) : number(first.total_count),
            )}
          </p>
        )}
      </div>
      <List
        of={list}
        rows={({ content_items }) => content_items}
        empty={
          <Empty title={t.browse.empty} why={t.browse.empty_why}>
            <Button
              onClick={() => change({ category: undefined, platform: undefined, content_type: undefined })}
            >
              {t.browse.reset}
            </Button>
          </Empty>
        }
      >
        {(items) => (
          <Grid>
            {items.map((item) => (
              <li key={item.id}>
                <ItemCard item={item} />
              </li>
            ))}
          </Grid>
        )}
      </List>
    </Page>
  );
}
