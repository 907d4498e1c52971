/** Password reset: an email with a link, which signs the user in to set a new password. */
import { useState } from "react";
import { useSession } from "../data/client.ts";
import { BASE } from "../data/config.ts";
import { auth as t } from "../texts/auth.ts";
import { useGo, useWish } from "./address.ts";
import { say } from "./notices.tsx";
import { Button, Card, Page, TextField } from "./parts.tsx";
import { askAuth, authWords } from "./sign_in_form.tsx";

export default function Recover() {
  const { session } = useSession();
  const [{ step }] = useWish();
  const isSetting = step === "password" && session;
  const go = useGo();
  const [text, setText] = useState("");
  const [note, setNote] = useState("");
  const submit = async () => {
    const { error } = isSetting
      ? await askAuth((auth) => auth.updateUser({ password: text }))
      : await askAuth((auth) =>
        auth.resetPasswordForEmail(text, { redirectTo: `${location.origin}${BASE}/recover?step=password` })
      );
    if (error) return setNote(authWords(error));
    if (!isSetting) return setNote(t.recover_sent(text));
    say(t.password_set);
    go("/studio");
  };
  return (
    <Page
      title={isSetting ? t.new_password_title : t.recover_title}
      lede={isSetting ? undefined : t.recover_lede}
      narrow
    >
      <Card>
        <form
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          {isSetting
            ? (
              <TextField
                key="password"
                label={t.new_password}
                hint={t.password_hint}
                type="password"
                autoComplete="new-password"
                minLength={8}
                required
                value={text}
                onChange={({ target }) => setText(target.value)}
              />
            )
            : (
              <TextField
                key="email"
                label={t.email}
                type="email"
                autoComplete="username"
                required
                value={text}
                onChange={({ target }) => setText(target.value)}
              />
            )}
          <Button type="submit" kind="primary">{isSetting ? t.set_password : t.recover}</Button>
          <p role="status">{note}</p>
        </form>
      </Card>
    </Page>
  );
}
