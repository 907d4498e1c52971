/** Phase 10: personal data: a full copy, and the deletion of all of it. */
import type { Scenario } from "../collection.ts";
import { pm, sv } from "../sandbox.ts";

interface Line {
  type: string;
  table?: string;
  row?: { id?: string; email?: string };
}

const LEAVING = { as: "leaving_" };

/** The user who leaves; deleted by the last request, and created again if a request runs on its own. */
const leaving = () => sv.creator("leaving_");

export default {
  phase: 10,
  name: "Personal Data",
  about:
    "A copy of everything that StreamVibe has of a person, and the deletion of all of it (docs/privacy.md).",
  requests: [
    {
      name: "10.1 Export (GET /export-my-data)",
      about: "Everything of the caller as lines of JSON, without secrets; the last line says what was in it.",
      send: "GET /functions/v1/export-my-data",
      ...LEAVING,
      scope: { leaving },
      before: () => leaving(),
      answers: 200,
      after: async () => {
        const me = await leaving();
        const lines = pm.response.text().trim().split("\n").map((line) => JSON.parse(line) as Line);
        sv.expect("begins with what there is", lines[0]?.type, (to) => to.equal("export"));
        sv.expect("is whole", lines[lines.length - 1]?.type, (to) => to.equal("end"));
        const people = lines.filter(({ table }) => table === "public.users").map(({ row }) => row?.id);
        sv.expect("has the caller, and nobody else", people.join(), (to) => to.equal(me.user_id));
      },
    },
    {
      name: "10.2 Delete (POST /delete-my-account)",
      about:
        "Deletes the caller: at once nobody can sign in or see anything, within minutes all of it is gone. Needs a sign-in of the last ten minutes.",
      send: "POST /functions/v1/delete-my-account",
      json: { confirm: "delete my account" },
      ...LEAVING,
      scope: { leaving },
      before: () => leaving(),
      answers: 200,
      after: async () => {
        const { confirmation_code } = pm.response.json<{ confirmation_code: string }>();
        const told = await sv.send<string>(`/functions/v1/data-deletion-status?code=${confirmation_code}`);
        sv.expect("says how far it is", told.status, (to) => to.equal(200));
        // Makes the next run create a new user.
        for (const field of ["user_id", "email", "password", "access_token", "expires_at"]) {
          pm.collectionVariables.set(`leaving_${field}`, "");
        }
      },
    },
  ],
} satisfies Scenario;
