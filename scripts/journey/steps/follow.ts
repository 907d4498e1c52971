import { createStreamVibe } from "@streamvibe/client";
import { createClient } from "@supabase/supabase-js";
import { z } from "zod";
import { expect, known, type Step } from "../journey.ts";

const Home = z.object({
  items: z.array(
    z.object({
      creator: z.object({ slug: z.string().nullable() }),
      why: z.array(z.object({ text: z.string() })),
    }),
  ),
});

/** Another user signs up, follows the creator, and finds the creator's items in the home feed, with the reason. */
export const follow: Step = {
  name: "A fan follows",
  async run({ stack, session, slug }) {
    const { user } = known(session, "a session");
    const own = known(slug, "a public creator");
    const auth = { persistSession: false, autoRefreshToken: false };
    const service = createClient(stack.api_url, stack.secret_key, { auth });
    const login = {
      email: `fan-${crypto.randomUUID().slice(0, 8)}@example.com`,
      password: crypto.randomUUID(),
    };
    const created = await service.auth.admin.createUser({ ...login, email_confirm: true });
    expect(created.error === null, `Cannot create a fan: ${created.error?.message}`);
    const app = createClient(stack.api_url, stack.publishable_key, { auth });
    const { error } = await app.auth.signInWithPassword(login);
    expect(error === null, `Cannot sign the fan in: ${error?.message}`);
    const fan = createStreamVibe(app);
    const { followers } = await fan.call("follow", { creator_id: user.id });
    expect(followers === 1, `Cannot follow: the creator has ${followers} followers`);
    for (const end = Date.now() + 20_000;;) {
      const { items } = Home.parse(await fan.call("feed-home", { limit: 50 }));
      const found = items.find(({ creator, why }) =>
        creator.slug === own && why[0]?.text.startsWith("You follow")
      );
      if (found) return `${items.length} items at home; why: ${found.why.map(({ text }) => text).join(", ")}`;
      expect(Date.now() < end, "Cannot find the creator's items at the fan's home");
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  },
};
