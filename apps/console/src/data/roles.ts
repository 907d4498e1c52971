/** What the person may do beyond their own. The database decides; this only shows the way there. */
import { useUserId } from "./client.ts";
import { useTable } from "./queries.ts";

export type Role = "user" | "admin" | "moderator";

/** As it is read: a page that depends on it shows that it failed. */
export function useRolesRead() {
  const id = useUserId();
  return useTable<{ role: Role }[]>(
    ["user_role", id],
    (from, signal) => from("user_role").select("role").eq("user_id", id).abortSignal(signal),
    { enabled: id !== "", staleMs: 60_000 },
  );
}

/** Undefined until it is known. */
export function useRoles(): Role[] | undefined {
  return useRolesRead().data?.map(({ role }) => role);
}
