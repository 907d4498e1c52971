import { expect, known, must, type Step } from "../journey.ts";

/** Edits a title, and checks that the revisions contain the old one. */
export const edit: Step = {
  name: "Edit a title",
  async run({ app, social_account_id }) {
    const item = await must(
      "read a video",
      app.from("content_item").select("id, title")
        .eq("social_account_id", known(social_account_id, "a connected account")).is("deleted_at", null)
        .order("views_count", { ascending: false, nullsFirst: false }).limit(1).single(),
    );
    const title = `${item.title.slice(0, 80)} (director's cut)`;
    const edited = await must(
      "edit the title",
      app.from("content_item").update({ title }).eq("id", item.id).select("title").single(),
    );
    expect(edited.title === title, "Cannot edit the title: it did not change");
    const revisions = await must(
      "read the revisions",
      app.from("content_revision").select("title, source").eq("content_item_id", item.id),
    );
    expect(
      revisions.some((revision) => revision.title === item.title && revision.source === "creator"),
      `Cannot find the old title among ${revisions.length} revisions`,
    );
    return `“${edited.title}”, the old title is kept as revision ${revisions.length}`;
  },
};
