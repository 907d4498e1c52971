/** A creator with something on every page: items, a suggestion, a post, a job, a webhook, notifications, visits. */
import { type Creator, testDatabase } from "../../../scripts/test/stack.ts";
import { publicCreator } from "../../../supabase/functions/tests/support/public_creator.ts";

export interface Furnished {
  creator: Creator;
  slug: string;
  item: string;
  post: string;
  job: string;
}

export async function furnishedCreator(): Promise<Furnished> {
  const { creator, slug, ids: [item = ""] } = await publicCreator(40);
  const sql = await testDatabase();
  try {
    await sql`update public.content_item set views_count = 1000 + (extract(epoch from published_at)::bigint % 7) * 100,
      description = 'A description of some length, with an address https://example.com/path and words that go on.'
      where user_id = ${creator.id}`;
    await sql`insert into public.notification (user_id, type, title, message)
      select ${creator.id}, (array['info', 'warning', 'error', 'success'])[1 + n % 4]::public.notification_type_enum, 'Something happened', 'And this is what.'
      from generate_series(1, 5) as n`;
    await creator.call("ai-generate-tags", { content_item_id: item });
    await creator.call("track-click", { content_id: item, referrer: "https://example.com/" });
    await creator.call("save-webhook", { url: "https://hooks.example.com/streamvibe", events: ["post.*"] });
    const [account] = await sql`select id from public.social_account where user_id = ${creator.id}`;
    const made = await creator.call<{ post_id: string }>("create-post", {
      body: "A draft of a post that goes on for a while",
      targets: [{ social_account_id: account?.id, kind: "video" }],
    });
    const { data: job } = await creator.client.rpc("create_job", {
      p_user_id: creator.id,
      p_job_type: "seo_submit",
      p_params: { content_item_ids: [item] },
    });
    return { creator, slug, item, post: made.body.post_id, job: job as string };
  } finally {
    await sql.end();
  }
}
