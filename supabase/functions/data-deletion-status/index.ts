/**
 * GET /functions/v1/data-deletion-status?code=…: describes the state of a request to erase data, as text for the person who made it.
 * Authorized by the confirmation code, which only that person has.
 */
import * as z from "zod";
import { DatabaseError } from "../_shared/errors.ts";
import { ApiError, endpoint } from "../_shared/http/endpoint.ts";

const State = z.object({
  reported_by: z.string(),
  requested_at: z.string(),
  completed_at: z.string().nullable(),
  accounts: z.int(),
  items_erased: z.int(),
});

const Leaving = z.object({
  requested_at: z.string(),
  completed_at: z.string().nullable(),
  rows_erased: z.int(),
  files_erased: z.int(),
  grants_not_revoked: z.int(),
});

export default endpoint({
  name: "data-deletion-status",
  summary: "Returns the state of a request to erase a person's data",
  method: "GET",
  auth: "none",
  rate: "public_read",
  // Not strict: a site that shows the link may add parameters of its own, as Facebook does.
  input: z.object({ code: z.uuid() }),
  example: { code: "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0001" },
  output: z.string(),
  produces: "text/plain; charset=utf-8",
  errors: ["not_found"],
  async handle({ admin, input }) {
    const [found] = await admin.call(
      "data_deletion_state",
      { p_confirmation_code: input.code },
      z.array(State),
    );
    if (found) return told(found);
    const [leaving] = await admin.call("account_deletion_state", { p_code: input.code }, z.array(Leaving))
      // Module 011 may not be applied.
      .catch((error) =>
        error instanceof DatabaseError && ["PGRST202", "42883"].includes(error.sqlstate)
          ? []
          : Promise.reject(error)
      );
    if (leaving) return toldOfAccount(leaving);
    throw new ApiError("not_found", "Cannot find a request with this code: check the link");
  },
});

function told(
  { reported_by, requested_at, completed_at, accounts, items_erased }: z.infer<typeof State>,
): string {
  const state = completed_at === null
    ? "It is in progress: access and names are deleted, the content follows within minutes."
    : accounts === 0
    ? "Nothing had to be erased: StreamVibe had no account of yours from before that time."
    : `It was done by ${day(completed_at)}. Erased accounts: ${accounts}; items of content: ${items_erased}.`;
  return `You asked ${reported_by} on ${
    day(requested_at)
  } to have your data at StreamVibe erased.\n${state}\n`;
}

function toldOfAccount(leaving: z.infer<typeof Leaving>): string {
  const state = leaving.completed_at === null
    ? "It is in progress: nobody can sign in to it or see any of it any more, the rest follows within minutes."
    : `It was done by ${
      day(leaving.completed_at)
    }. Erased rows: ${leaving.rows_erased}; files: ${leaving.files_erased}.`;
  const platforms = leaving.grants_not_revoked === 0
    ? ""
    : `Platforms where the access could not be revoked: ${leaving.grants_not_revoked}. Revoke it there, in the settings of your account.\n`;
  return `You asked on ${
    day(leaving.requested_at)
  } to have your account at StreamVibe deleted.\n${state}\n${platforms}`;
}

function day(time: string): string {
  return `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
