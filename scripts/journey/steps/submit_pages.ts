import { z } from "zod";
import { call } from "../functions.ts";
import { expect, known, must, type Step } from "../journey.ts";

const Submitted = z.object({
  submissions: z.array(z.object({ search_engine: z.string(), submission_id: z.uuid() })).min(1),
});
const Rows = z.array(z.object({
  status: z.string(),
  submitted_url: z.string(),
  error_message: z.string().nullable(),
}));

/** Submits the newest page to every configured search engine, and waits until each has accepted it. */
export const submitPages: Step = {
  name: "Tell search engines",
  async run(journey) {
    const { app, social_account_id } = journey;
    const item = await must(
      "read a video",
      app.from("content_item").select("id, title").eq(
        "social_account_id",
        known(social_account_id, "an account"),
      )
        .eq("visibility", "public").is("deleted_at", null).order("published_at", { ascending: false }).limit(
          1,
        ).single(),
    );
    const { submissions } = await call(journey, "submit-to-seo", { content_item_id: item.id }, Submitted);
    const limit = Date.now() + 60_000;
    for (;;) {
      const ids = submissions.map(({ submission_id }) => submission_id);
      const answer = app.from("seo_submission").select("status, submitted_url, error_message").in("id", ids);
      const rows = Rows.parse(await must("read the submissions", answer));
      const waiting = rows.filter(({ status }) => status === "pending");
      if (waiting.length === 0) {
        expect(rows.every(({ status }) => status !== "failed"), "Cannot submit: an engine refused the page");
        return `${rows[0]?.submitted_url} to ${
          submissions.map(({ search_engine }) => search_engine).join(", ")
        }`;
      }
      expect(
        Date.now() < limit,
        `Cannot wait any longer: ${waiting[0]?.error_message ?? "a submission is still pending"}`,
      );
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  },
};
