/** The user's roles. They only control which links are shown; the database enforces permissions. */
import { useUserId } from "./client.ts";
import { useTable } from "./queries.ts";

export type Role = "user" | "admin" | "moderator";

/** Returns the query itself, so that a page that depends on it can show its error. */
export function useRolesRead() {
  const id = useUserId();
  return useTable<{ role: Role }[]>(
    ["user_role", id],
    (from, signal) => from("user_role").select("role").eq("user_id", id).abortSignal(signal),
    { enabled: id !== "", staleMs: 60_000 },
  );
}

/** Undefined while loading. */
export function useRoles(): Role[] | undefined {
  return useRolesRead().data?.map(({ role }) => role);
}
