/** Data that several pages of the studio read. */
import type { Row } from "@streamvibe/client";
import { useUserId } from "../data/client.ts";
import { useTable } from "../data/queries.ts";

export type Account =
  & Pick<
    Row<"social_account">,
    | "id"
    | "platform_account_id"
    | "username"
    | "display_name"
    | "profile_url"
    | "followers_count"
    | "status"
    | "sync_mode"
    | "next_sync_at"
    | "last_synced_at"
    | "last_error"
    | "paused_at"
    | "deleted_at"
    | "connection_id"
  >
  & { platform: { slug: string; display_name: string } };

const ACCOUNT =
  "id, platform_account_id, username, display_name, profile_url, followers_count, status, sync_mode, next_sync_at, last_synced_at, last_error, paused_at, deleted_at, connection_id, platform(slug, display_name)";

/** Reads connected and formerly connected accounts. A creator has only a few. */
export function useAccounts(every?: number) {
  return useTable<Account[]>(
    ["social_account"],
    (from, signal) =>
      from("social_account").select(ACCOUNT).order("created_at").limit(200).abortSignal(signal),
    { every },
  );
}

export const isConnected = (account: Account): boolean =>
  account.deleted_at === null && account.connection_id !== null;
export const nameOf = (account: Pick<Account, "display_name" | "username" | "platform_account_id">): string =>
  account.display_name ?? account.username ?? account.platform_account_id;

export type Me = Pick<
  Row<"users">,
  | "id"
  | "email"
  | "display_name"
  | "bio"
  | "profile_slug"
  | "primary_category"
  | "is_public"
  | "onboarded_at"
  | "hidden_at"
  | "hidden_reason"
>;

export function useMe() {
  const id = useUserId();
  return useTable<Me>(
    ["users", id],
    (from, signal) =>
      from("users").select(
        "id, email, display_name, bio, profile_slug, primary_category, is_public, onboarded_at, hidden_at, hidden_reason",
      ).eq("id", id).abortSignal(signal).single(),
    { enabled: id !== "" },
  );
}

export interface Quotas {
  cycle_end_date: string;
  syncs_used: number;
  ai_analyses_used: number;
  seo_submissions_used: number;
  subscription_tier: Row<"subscription_tier">;
}

export function useQuotas() {
  const id = useUserId();
  return useTable<Quotas>(
    ["subscription", id],
    (from, signal) =>
      from("subscription").select(
        "cycle_end_date, syncs_used, ai_analyses_used, seo_submissions_used, subscription_tier(*)",
      )
        .eq("user_id", id).abortSignal(signal).single(),
    { enabled: id !== "" },
  );
}

/** Returns the viewer's time zone, as the browser reports it. */
export const zone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
