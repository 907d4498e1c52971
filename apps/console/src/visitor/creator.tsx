import { useCall } from "../data/queries.ts";
import { visitor as t } from "../texts/visitor.ts";
import { useParam } from "../ui/address.ts";
import { number } from "../ui/format.ts";
import { Badge, Empty, Page, Query, Section, Time } from "../ui/parts.tsx";
import { FollowButton } from "./follow.tsx";
import { Avatar, categoryName, Grid, ItemCard, platformName } from "./item_card.tsx";

export default function CreatorPage() {
  const slug = useParam("slug");
  const found = useCall("get-creator-by-slug", { slug });
  return (
    <Query of={found} rows={6}>
      {({ user, social_accounts, pinned_content, recent_content }) => {
        const name = user.display_name ?? slug;
        const accounts = [...social_accounts].sort((one, other) =>
          (other.followers_count ?? 0) - (one.followers_count ?? 0)
        );
        return (
          <Page
            title={name}
            lede={[
              categoryName(user.category),
              t.creator.followers(number(user.total_followers, true)),
              t.creator.items(user.item_count),
            ]
              .filter(Boolean).join(" · ")}
            actions={
              <>
                <FollowButton creator_id={user.id} slug={slug} />
                <Avatar id={user.id} name={name} isLarge />
              </>
            }
          >
            {user.is_verified && (
              <p>
                <Badge tone="info">{t.creator.verified}</Badge>
              </p>
            )}
            {user.bio && <p className="pre">{user.bio}</p>}
            <p className="quiet small">
              {t.creator.joined} <Time at={user.joined_at} style="day" />
            </p>
            {accounts.length > 0 && (
              <Section title={t.creator.accounts}>
                <ul className="chips">
                  {accounts.map(({ platform, username, display_name, profile_url, followers_count }) => (
                    <li key={`${platform}${username}`} className="chip">
                      {platformName(platform)}: {profile_url
                        ? <a href={profile_url} target="_blank" rel="noopener">{display_name ?? username}</a>
                        : display_name ?? username}
                      {followers_count !== null && ` · ${number(followers_count, true)}`}
                    </li>
                  ))}
                </ul>
              </Section>
            )}
            {pinned_content.length > 0 && (
              <Section title={t.creator.pinned}>
                <Grid>
                  {pinned_content.map((item) => (
                    <li key={item.id}>
                      <ItemCard item={item} level={3} />
                    </li>
                  ))}
                </Grid>
              </Section>
            )}
            <Section title={t.creator.recent}>
              {recent_content.length === 0
                ? <Empty title={t.creator.nothing} why={t.creator.nothing_why} />
                : (
                  <Grid>
                    {recent_content.map((item) => (
                      <li key={item.id}>
                        <ItemCard item={item} level={3} />
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
