/** Data export and account deletion. */
import { StreamVibeError } from "@streamvibe/client";
import { useState } from "react";
import { api, signOut, supabase, useSession } from "../data/client.ts";
import { useAction } from "../data/queries.ts";
import { studio as t } from "../texts/studio.ts";
import { Dialog } from "../ui/ask.tsx";
import { number } from "../ui/format.ts";
import { authWords } from "../ui/sign_in_form.tsx";
import { useGo } from "../ui/address.ts";
import { say } from "../ui/notices.tsx";
import { Button, Problem, TextField } from "../ui/parts.tsx";

/** Downloads an export as JSON Lines. A response that ends with `continue` is followed by another request, so exports can have any length. */
async function exportAll(onLines: (count: number) => void, signal?: AbortSignal): Promise<Blob> {
  const parts: string[] = [];
  let cursor: string | undefined;
  for (let count = 0;;) {
    const text = await api.call("export-my-data", cursor ? { cursor } : {}, { signal }) as string;
    const lines = text.trimEnd().split("\n");
    const last = JSON.parse(lines.at(-1) ?? "{}") as { type?: string; cursor?: string };
    onLines(count += lines.length);
    if (last.type !== "continue" || !last.cursor) {
      parts.push(`${lines.join("\n")}\n`);
      return new Blob(parts, { type: "application/x-ndjson" });
    }
    parts.push(`${lines.slice(0, -1).join("\n")}\n`);
    cursor = last.cursor;
  }
}

export function ExportData() {
  const [count, setCount] = useState(0);
  const get = useAction(async () => {
    // No time limit for the whole export: each request has the function's own.
    const href = URL.createObjectURL(await exportAll(setCount));
    Object.assign(document.createElement("a"), { href, download: "streamvibe-export.ndjson" }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60_000);
  }, { onDone: () => say(t.profile.exported) });
  return (
    <div className="stack">
      <p>{t.profile.export_lede}</p>
      {get.error && <Problem error={get.error} />}
      <div className="actions">
        <Button busy={get.isPending} onClick={() => get.mutate()}>{t.profile.export}</Button>
        <span role="status" className="quiet">{get.isPending && t.profile.exporting(number(count))}</span>
      </div>
    </div>
  );
}

export function DeleteAccount() {
  const { session } = useSession();
  const email = session?.user.email ?? "";
  const go = useGo();
  const [isOpen, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const [password, setPassword] = useState("");
  const remove = useAction(async () => {
    // Deletion requires the password again, so that an unattended session cannot delete the account.
    const { error } = await supabase.auth.signInWithPassword({ email, password });
    if (error) throw new StreamVibeError("unauthorized", authWords(error), { status: error.status });
    return await api.call("delete-my-account", { confirm: "delete my account" });
  }, {
    onDone: async ({ confirmation_code }) => {
      await signOut();
      say(t.profile.deleted);
      go("/deletion", { code: confirmation_code });
    },
  });
  return (
    <div className="stack">
      <p>{t.profile.delete_lede}</p>
      <div className="actions">
        <Button kind="danger" onClick={() => setOpen(true)}>{t.profile.delete}</Button>
      </div>
      {isOpen && (
        <Dialog title={t.profile.delete_title} isOpen onClose={() => setOpen(false)}>
          <form
            className="form"
            onSubmit={(event) => {
              event.preventDefault();
              remove.mutate();
            }}
          >
            <p>{t.profile.delete_lede}</p>
            <TextField
              label={t.profile.delete_confirm(email)}
              autoComplete="off"
              value={typed}
              onChange={({ target }) => setTyped(target.value)}
            />
            <TextField
              label={t.profile.password}
              type="password"
              autoComplete="current-password"
              required
              value={password}
              onChange={({ target }) => setPassword(target.value)}
            />
            {remove.error && <Problem error={remove.error} />}
            <div className="actions end">
              <Button type="submit" kind="danger" busy={remove.isPending} disabled={typed !== email}>
                {t.profile.delete}
              </Button>
            </div>
          </form>
        </Dialog>
      )}
    </div>
  );
}
