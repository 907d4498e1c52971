import { useEffect } from "react";
import { api } from "../data/client.ts";
import { creatorPath } from "../data/config.ts";
import { useCall } from "../data/queries.ts";
import { visitor as t } from "../texts/visitor.ts";
import { useParam } from "../ui/address.ts";
import { duration } from "../ui/format.ts";
import { say } from "../ui/notices.tsx";
import { A, Badge, Button, Figure, Figures, Num, Page, Query, Section, Time } from "../ui/parts.tsx";
import { categoryName, Grid, ItemCard, kindName, Picture, platformName } from "./item_card.tsx";
import { Person } from "./creators.tsx";

export default function ItemPage() {
  const id = useParam("id");
  const detail = useCall("get-content-detail", { id });
  useHeadTags(id);
  return (
    <Query of={detail} rows={6}>
      {({ content_item: item, related_content }) => {
        const title = item.title || item.description.slice(0, 90) || kindName(item.content_type);
        return (
          <Page
            title={title}
            actions={
              <>
                {item.permalink && (
                  <a
                    className="button primary"
                    href={item.permalink}
                    target="_blank"
                    rel="noopener"
                    onClick={() =>
                      void api.call("track-click", {
                        content_id: item.id,
                        referrer: document.referrer || undefined,
                      }).catch(() => {})}
                  >
                    {t.item.watch(platformName(item.platform))}
                  </a>
                )}
                <Button
                  onClick={() =>
                    void navigator.clipboard?.writeText(location.href).then(
                      () => say(t.item.copied),
                      () => {},
                    )}
                >
                  {t.item.share}
                </Button>
              </>
            }
          >
            <div className="split">
              <div className="stack">
                <div className="card">
                  <Person {...item.creator} />
                </div>
                <Picture id={item.id} platform={item.platform} url={item.thumbnail_url}>
                  {item.duration_seconds !== null && (
                    <span className="corner">{duration(item.duration_seconds)}</span>
                  )}
                </Picture>
                {item.description && (
                  <Section title={t.item.about}>
                    <p className="pre">{item.description}</p>
                  </Section>
                )}
                {(item.tags.length > 0 || item.hashtags.length > 0) && (
                  <Section title={t.item.tags}>
                    <ul className="chips">
                      {item.hashtags.map((tag) => (
                        <li key={`#${tag}`}>
                          <A className="chip" to="/search" search={{ q: `#${tag}` }}>#{tag}</A>
                        </li>
                      ))}
                      {item.tags.map((tag) => (
                        <li key={tag}>
                          <A className="chip" to="/search" search={{ q: tag }}>{tag}</A>
                        </li>
                      ))}
                    </ul>
                  </Section>
                )}
              </div>
              <div className="stack">
                <Figures>
                  <Figure name={t.item.views}>
                    <Num value={item.views_count} compact />
                  </Figure>
                  <Figure name={t.item.likes}>
                    <Num value={item.likes_count} compact />
                  </Figure>
                  <Figure name={t.item.comments}>
                    <Num value={item.comments_count} compact />
                  </Figure>
                  <Figure name={t.item.visits}>
                    <Num value={item.total_clicks} compact />
                  </Figure>
                </Figures>
                <p className="row">
                  <Badge tone="info">{platformName(item.platform)}</Badge>
                  <Badge>{kindName(item.content_type)}</Badge>
                  {item.category && (
                    <A to="/" search={{ category: item.category }}>{categoryName(item.category)}</A>
                  )}
                </p>
                <p className="quiet">
                  {t.item.published} <Time at={item.published_at} />
                </p>
                {item.creator.slug && (
                  <p>
                    <A to={creatorPath(item.creator.slug)}>{t.creator.all}</A>
                  </p>
                )}
              </div>
            </div>
            <Section title={t.item.related}>
              {related_content.length === 0 ? <p className="quiet">{t.item.related_none}</p> : (
                <Grid>
                  {related_content.map((other) => (
                    <li key={other.id}>
                      <ItemCard item={other} level={3} />
                    </li>
                  ))}
                </Grid>
              )}
            </Section>
          </Page>
        );
      }}
    </Query>
  );
}

/** Adds the description and canonical URL for search engines, if the installation has a public site. */
function useHeadTags(id: string): void {
  const head = useCall("get-seo-metadata", { content_id: id }, { staleMs: 60_000 });
  useEffect(() => {
    if (!head.data) return;
    const { description, canonical_url } = head.data;
    const meta = Object.assign(document.createElement("meta"), { name: "description", content: description });
    const link = Object.assign(document.createElement("link"), { rel: "canonical", href: canonical_url });
    document.head.append(meta, link);
    return () => {
      meta.remove();
      link.remove();
    };
  }, [head.data]);
}
