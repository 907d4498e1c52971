import { useEffect, useState } from "react";
import { useSession } from "../data/client.ts";
import { BASE, config } from "../data/config.ts";
import { auth as t } from "../texts/auth.ts";
import { useGo } from "./address.ts";
import { A, Button, Card, Page, TextField } from "./parts.tsx";
import { askAuth, authWords } from "./sign_in_form.tsx";

export default function SignUp() {
  const { session } = useSession();
  const go = useGo();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [isSent, setSent] = useState(false);
  // Also runs if the link was opened in another tab, because tabs share the session.
  useEffect(() => {
    if (session) go("/studio/welcome");
  }, [session]);
  const submit = async () => {
    setBusy(true);
    setProblem("");
    const { data, error } = await askAuth((auth) =>
      auth.signUp({
        email,
        password,
        options: {
          data: { display_name: name },
          emailRedirectTo: `${location.origin}${BASE}/studio/welcome`,
        },
      })
    );
    setBusy(false);
    if (error) setProblem(authWords(error));
    else if (!data.session) setSent(true);
  };
  if (isSent) return <CheckMail email={email} password={password} />;
  return (
    <Page title={t.sign_up_title} lede={t.sign_up_lede} narrow>
      <Card>
        <form
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          <TextField
            label={t.name}
            hint={t.name_hint}
            autoComplete="name"
            required
            maxLength={100}
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
          <TextField
            label={t.email}
            type="email"
            autoComplete="username"
            required
            value={email}
            onChange={({ target }) => setEmail(target.value)}
          />
          <TextField
            label={t.new_password}
            hint={t.password_hint}
            type="password"
            autoComplete="new-password"
            minLength={8}
            required
            value={password}
            onChange={({ target }) => setPassword(target.value)}
            error={problem && <span role="alert">{problem}</span>}
          />
          <Button type="submit" kind="primary" busy={isBusy}>{t.sign_up}</Button>
        </form>
      </Card>
      <p>
        {t.has_account} <A to="/sign-in">{t.sign_in}</A>
      </p>
    </Page>
  );
}

function CheckMail({ email, password }: { email: string; password: string }) {
  const [note, setNote] = useState("");
  return (
    <Page title={t.check_mail_title} narrow>
      <Card>
        <p>{t.check_mail(email)}</p>
        <div className="actions">
          {config.mail && (
            <a className="button primary" href={config.mail} target="_blank" rel="noopener">
              {t.open_mailbox}
            </a>
          )}
          <Button
            onClick={async () => {
              const { error } = await askAuth((auth) => auth.signInWithPassword({ email, password }));
              if (error) setNote(authWords(error));
            }}
          >
            {t.already_confirmed}
          </Button>
          <Button
            kind="link"
            onClick={async () => {
              const { error } = await askAuth((auth) => auth.resend({ type: "signup", email }));
              setNote(error ? authWords(error) : t.resent);
            }}
          >
            {t.resend}
          </Button>
        </div>
        <p role="status">{note}</p>
      </Card>
    </Page>
  );
}
