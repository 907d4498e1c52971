import { useState } from "react";
import { connected } from "../data/client.ts";
import { config } from "../data/config.ts";
import { auth as t } from "../texts/auth.ts";
import { Button, TextField } from "./parts.tsx";

/** Returns the text for an error of Auth; an unknown code is shown as received. */
export function authWords(error: { code?: string; message: string }): string {
  return t.errors[error.code ?? ""] ?? `${error.message}${error.code ? ` (${error.code})` : ""}`;
}

type Auth = Awaited<ReturnType<typeof connected>>["auth"];

/** Calls Auth after loading supabase-js; a failure to load it is returned like an error of Auth. */
export async function askAuth<T extends { error: unknown }>(
  ask: (auth: Auth) => Promise<T>,
): Promise<T | { data: { session: null }; error: Error }> {
  try {
    return await ask((await connected()).auth);
  } catch (error) {
    return { data: { session: null }, error: error instanceof Error ? error : new Error(String(error)) };
  }
}

// Preloads supabase-js: this module loads when a form of Auth opens or its link is hovered.
void connected().catch(() => {});

export function SignInForm({ email: known, onDone }: { email?: string; onDone?: () => void }) {
  const [email, setEmail] = useState(known ?? "");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  const submit = async () => {
    setBusy(true);
    setProblem("");
    const { error } = await askAuth((auth) => auth.signInWithPassword({ email, password }));
    setBusy(false);
    if (error) setProblem(authWords(error));
    else onDone?.();
  };
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <TextField
        label={t.email}
        type="email"
        autoComplete="username"
        required
        value={email}
        readOnly={known !== undefined}
        onChange={({ target }) => setEmail(target.value)}
      />
      <TextField
        label={t.password}
        type="password"
        autoComplete="current-password"
        required
        value={password}
        onChange={({ target }) => setPassword(target.value)}
        error={problem && <span role="alert">{problem}</span>}
      />
      <div className="actions">
        <Button type="submit" kind="primary" busy={isBusy}>{t.sign_in}</Button>
        {config.demo && known === undefined && (
          <Button
            kind="link"
            onClick={() => {
              setEmail(config.demo?.email ?? "");
              setPassword(config.demo?.password ?? "");
            }}
          >
            {t.demo}
          </Button>
        )}
      </div>
    </form>
  );
}
