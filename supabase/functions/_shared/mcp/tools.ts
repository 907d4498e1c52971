/**
 * The tools for agents, as data. Each tool is one operation of docs/openapi.json, called with the caller's own token, so contract, permissions
 * and limits are the same as for any other client. Descriptions are written for a model that has read nothing else.
 */

/** A tool without its input schema, which `schemas.ts` takes from the operation. */
export interface Tool {
  description: string;
  /** An operation: `GET function`, `POST function`, `RPC name`, `TABLE name`. */
  operation: `${"GET" | "POST" | "RPC" | "TABLE"} ${string}`;
  /** Arguments of the operation that the model does not choose; `$user` stands for the caller's id. */
  fixed?: Readonly<Record<string, unknown>>;
  /** For a table: the columns to return (`select`) and the columns to filter by (`by`). */
  select?: string;
  by?: readonly string[];
  order?: string;
  /** Set on tools that change or spend something. They require `confirm: true`; without it they return this text and change nothing. */
  confirm?: string;
  /** Arguments of the call that is made without a confirmation; without them no call is made. */
  preview?: Readonly<Record<string, unknown>>;
  /** Schemas of arguments that the operation does not define and this tool requires. */
  input?: Readonly<Record<string, unknown>>;
  /** Arguments that this tool does not offer. */
  hidden?: readonly string[];
}

const ITEM =
  "id,title,description,tags,hashtags,content_type,category_code,visibility,permalink,thumbnail_url,language,duration_seconds,views_count,likes_count,comments_count,published_at,updated_at,social_account_id,content_media(position,kind,url,alt_text)";

export const TOOLS: Readonly<Record<string, Tool>> = {
  list_accounts: {
    description:
      "The creator's connected accounts (channels, profiles, Pages) with their ids, platform and state. Start here.",
    operation: "TABLE social_account",
    select: "id,display_name,username,status,sync_mode,followers_count,last_synced_at,platform(slug)",
    order: "created_at",
  },
  search_library: {
    description:
      "Searches the creator's own library of posts and videos by words and tags; an empty query lists the newest. Returns ids for get_item.",
    operation: "RPC search_library",
  },
  get_item: {
    description: "One item of the creator's library, whole: texts, tags, counts, media.",
    operation: "TABLE content_item",
    select: ITEM,
    by: ["id"],
  },
  suggest: {
    description:
      "Has a model suggest titles, descriptions, tags and hashtags for an item. Costs an analysis of the creator's plan, unless the same suggestion was requested before. Changes nothing.",
    operation: "POST ai-generate-tags",
    hidden: ["fresh"],
    confirm: "This costs an analysis of the creator's plan.",
  },
  list_suggestions: {
    description: "Existing suggestions for an item, newest first. Free.",
    operation: "TABLE ai_suggestion",
    select:
      "id,content_item_id,suggested_titles,suggested_descriptions,suggested_tags,trending_score,seo_score,feedback,created_at",
    by: ["content_item_id"],
    order: "created_at.desc",
  },
  preview_suggestion: {
    description:
      "What applying fields of a suggestion would change in an item, before and after. Changes nothing.",
    operation: "POST apply-ai-suggestion",
    fixed: { preview: true },
    hidden: ["undo"],
  },
  apply_suggestion: {
    description:
      "Applies fields of a suggestion to the item in the creator's library. Without confirm: true it only shows the difference. Show that to the creator first.",
    operation: "POST apply-ai-suggestion",
    fixed: { preview: false },
    hidden: ["undo"],
    preview: { preview: true },
    confirm: "Nothing was changed: this is the difference.",
  },
  undo_application: {
    description: "Undoes the application of a suggestion, except for what was edited since.",
    operation: "POST apply-ai-suggestion",
    hidden: ["suggestion_id", "fields", "title", "description", "preview"],
    confirm: "This puts the earlier texts back.",
  },
  list_submissions: {
    description: "What was submitted to search engines for an item, and with what result.",
    operation: "TABLE seo_submission",
    select: "*",
    by: ["content_item_id"],
    order: "created_at.desc",
  },
  submit_to_search_engine: {
    description:
      "Submits an item's public page to a search engine. Costs a submission of the creator's plan.",
    operation: "POST submit-to-seo",
    confirm: "This costs a submission of the creator's plan.",
  },
  seo_overview: {
    description: "Per search engine: is the site verified, how many submissions are in which state.",
    operation: "GET get-seo-overview",
  },
  sync_account: {
    description:
      "Imports an account's newest posts into the library, in the background. Returns the id of a job for job_status. Costs a sync of the creator's plan.",
    operation: "RPC create_job",
    fixed: { p_user_id: "$user", p_job_type: "platform_sync" },
    hidden: ["p_priority", "p_run_at", "p_request_id"],
    input: {
      p_params: {
        type: "object",
        properties: {
          social_account_id: { type: "string", format: "uuid", description: "From list_accounts" },
        },
        required: ["social_account_id"],
        additionalProperties: false,
      },
    },
    confirm: "This costs a sync of the creator's plan.",
  },
  list_jobs: {
    description: "The creator's background jobs, newest first.",
    operation: "RPC get_user_jobs",
    fixed: { p_user_id: "$user" },
  },
  job_status: { description: "State, progress and result of one job.", operation: "GET job-status" },
  cancel_job: {
    description: "Cancels a job that has not ended. What it has done stays.",
    operation: "RPC cancel_job",
    fixed: { p_user_id: "$user" },
    confirm: "This cancels the job.",
  },
  ai_costs: {
    description: "What suggestions cost, by day and model, in US cents, with the budget.",
    operation: "GET get-ai-costs",
  },
  click_stats: {
    description: "Clicks on the creator's items by day, referrer and country.",
    operation: "GET get-click-stats",
  },
  plan: {
    description: "The creator's plan with what is used of its quotas.",
    operation: "TABLE subscription",
    select: "*,subscription_tier(*)",
  },
  trending: {
    description: "The fastest-growing public items of today, this week or this month.",
    operation: "GET get-trending",
  },
};
