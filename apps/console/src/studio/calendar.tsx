/** A month of posts, in the viewer's time zone. */
import { supabase, useUserId } from "../data/client.ts";
import { rowsOf, useRead } from "../data/queries.ts";
import { studio as t } from "../texts/studio.ts";
import { locale } from "../texts/language.ts";
import { useWish } from "../ui/address.ts";
import { time, utc } from "../ui/format.ts";
import { A, Button, Empty, Page, Query } from "../ui/parts.tsx";
import { platformName } from "../visitor/item_card.tsx";
import { dayName } from "./analytics.tsx";

interface Planned {
  id: string;
  title: string | null;
  body: string | null;
  publish_at: string;
  places: Place[];
}
interface Place {
  id: string;
  post_id: string;
  platform: string;
  status: string;
}
/** Posts read per request; this many ids still fit into a URL. */
const PAGE = 100;
/** Targets read per request: the Data API's maximum. */
const PLACES = 1_000;

/** Reads all posts of these days with their targets, page by page. */
async function postsOf(user: string, from: Date, to: Date, signal: AbortSignal): Promise<Planned[]> {
  const all: Planned[] = [];
  for (;;) {
    const posts = await rowsOf<Omit<Planned, "places">[]>(
      supabase.from("post").select("id, title, body, publish_at").eq("user_id", user)
        .gte("publish_at", from.toISOString()).lt("publish_at", to.toISOString())
        .order("publish_at").order("id").range(all.length, all.length + PAGE - 1).abortSignal(signal),
    );
    // A view has no foreign keys to embed by, so the targets are read separately.
    const places = Map.groupBy(posts.length > 0 ? await placesOf(posts, signal) : [], (one) => one.post_id);
    all.push(...posts.map((post) => ({ ...post, places: places.get(post.id) ?? [] })));
    if (posts.length < PAGE) return all;
  }
}

async function placesOf(posts: { id: string }[], signal: AbortSignal): Promise<Place[]> {
  const all: Place[] = [];
  for (;;) {
    const places = await rowsOf<Place[]>(
      supabase.from("post_target").select("id, post_id, platform, status").in(
        "post_id",
        posts.map(({ id }) => id),
      )
        .order("id").range(all.length, all.length + PLACES - 1).abortSignal(signal),
    );
    all.push(...places);
    if (places.length < PLACES) return all;
  }
}

/** Returns the days shown: whole weeks from Monday that cover the month. */
function daysOf(month: string): Date[] {
  const [year = 2026, at = 1] = month.split("-").map(Number);
  const first = new Date(year, at - 1, 1);
  const start = new Date(year, at - 1, 1 - (first.getDay() + 6) % 7);
  const length = Math.ceil(((first.getDay() + 6) % 7 + new Date(year, at, 0).getDate()) / 7) * 7;
  return Array.from(
    { length },
    (_, day) => new Date(start.getFullYear(), start.getMonth(), start.getDate() + day),
  );
}

const monthOf = (date: Date): string =>
  `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}`;

export default function Calendar() {
  const user = useUserId();
  const [{ month = monthOf(new Date()) }, change] = useWish();
  const days = daysOf(month);
  const [from, last] = [days[0] ?? new Date(), days.at(-1) ?? new Date()];
  const to = new Date(last.getFullYear(), last.getMonth(), last.getDate() + 1);
  const posts = useRead<Planned[]>(
    ["list-posts", "month", month],
    (signal) => postsOf(user, from, to, signal),
    { keep: true },
  );
  const move = (by: number) => {
    const [year = 2026, at = 1] = month.split("-").map(Number);
    change({ month: monthOf(new Date(year, at - 1 + by, 1)) });
  };
  const name = new Intl.DateTimeFormat(locale(), { month: "long", year: "numeric" }).format(
    new Date(`${month}-15T12:00:00`),
  );
  const today = new Date().toDateString();
  return (
    <Page
      title={t.posts.calendar}
      lede={t.posts.calendar_lede}
      actions={<A to="/studio/compose" className="button primary">{t.posts.compose}</A>}
    >
      <div className="row between">
        <h2 aria-live="polite">{name}</h2>
        <div className="actions">
          <Button onClick={() => move(-1)}>{t.posts.week_before}</Button>
          <Button onClick={() => change({ month: undefined })}>{t.posts.today}</Button>
          <Button onClick={() => move(1)}>{t.posts.week_after}</Button>
        </div>
      </div>
      <Query of={posts}>
        {(all) => (
          <>
            {all.length === 0 && <Empty title={t.posts.nothing_planned} why={t.posts.none_why} />}
            <div className="week">
              {Array.from(
                { length: 7 },
                (_, day) => <div key={day} className="day-name">{dayName(day, "short")}</div>,
              )}
              {days.map((day) => {
                const own = all.filter(({ publish_at }) =>
                  new Date(publish_at).toDateString() === day.toDateString()
                );
                const classes = [
                  "day",
                  day.toDateString() === today && "today",
                  monthOf(day) !== month && "out",
                  own.length === 0 && "bare",
                ];
                return (
                  <div key={day.toISOString()} className={classes.filter(Boolean).join(" ")}>
                    <span title={utc(day)}>{time(day, "short")}</span>
                    {own.map((post) => (
                      <A key={post.id} to={`/studio/posts/${post.id}`}>
                        {time(post.publish_at, "hour")} {post.title || post.body?.slice(0, 40)}{" "}
                        <span className="small">
                          {post.places.map(({ platform, status }) =>
                            `${platformName(platform)}: ${t.posts.states[status] ?? status}`
                          ).join(", ")}
                        </span>
                      </A>
                    ))}
                  </div>
                );
              })}
            </div>
          </>
        )}
      </Query>
    </Page>
  );
}
