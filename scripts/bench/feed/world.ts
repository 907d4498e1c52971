/** Users who follow creators of the catalogue that `bench discovery` loads. */
import type postgres from "postgres";
import { load } from "../discovery/load.ts";

/** Loads the items and creates the readers; each follows up to `follows` creators and two categories. Returns their ids. */
export async function makeReaders(
  sql: postgres.Sql,
  db_url: string,
  items: number,
  readers: number,
  follows: number,
): Promise<string[]> {
  await load(db_url, items);
  const people = await sql<{ id: string }[]>`
    insert into auth.users (id, email) select gen_random_uuid(), 'reader-' || n || '@example.com' from generate_series(1, ${readers}) as n
    returning id`;
  // The first reader follows the maximum, later ones fewer: most follow few.
  await sql`
    insert into feed.preference (user_id, creator_id, is_muted)
    select reader.id, creator.id, false
    from unnest(${people.map(({ id }) => id)}::uuid[]) with ordinality as reader (id, place)
    cross join lateral (
      select id from (select id, row_number() over (order by hashtext(id::text || reader.place)) as turn from public.users where is_public) as one
      where turn <= greatest(5, ${follows} / reader.place)
    ) as creator`;
  await sql`
    insert into feed.preference (user_id, category_code, is_muted)
    select reader.id, category.code, false
    from unnest(${people.map(({ id }) => id)}::uuid[]) with ordinality as reader (id, place)
    cross join lateral (select code from public.content_category order by hashtext(code || reader.place) limit 2) as category`;
  await sql.unsafe("vacuum analyze feed.preference");
  return people.map(({ id }) => id);
}
