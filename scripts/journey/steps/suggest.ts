import { z } from "zod";
import { call } from "../functions.ts";
import { expect, known, must, type Step } from "../journey.ts";

const Suggested = z.object({
  suggestion_id: z.uuid(),
  suggested_titles: z.array(z.string()).min(3),
  seo_score: z.number(),
  cost_cents: z.number(),
  provider: z.string(),
});
const Applied = z.object({ application_id: z.uuid(), content_item: z.object({ title: z.string() }) });

/** Generates AI suggestions for the newest video, applies a title, checks that the item has it, and undoes the change. */
export const suggest: Step = {
  name: "Suggestions by AI",
  async run(journey) {
    const { app, social_account_id } = journey;
    const item = await must(
      "read a video",
      app.from("content_item").select("id, title").eq(
        "social_account_id",
        known(social_account_id, "an account"),
      )
        .is("deleted_at", null).order("published_at", { ascending: false }).limit(1).single(),
    );
    const made = await call(journey, "ai-generate-tags", { content_item_id: item.id }, Suggested);
    const { suggestion_id, suggested_titles: [title = ""] } = made;
    const applied = await call(journey, "apply-ai-suggestion", { suggestion_id, fields: ["title"] }, Applied);
    expect(applied.content_item.title === title, "Cannot apply the suggestion: the title is another");
    await call(
      journey,
      "apply-ai-suggestion",
      { undo: applied.application_id },
      z.object({ undone_fields: z.array(z.string()).min(1) }),
    );
    return `“${title}” by ${made.provider}, SEO ${made.seo_score} of 100, for ${
      made.cost_cents.toFixed(4)
    } cents; undone`;
  },
};
