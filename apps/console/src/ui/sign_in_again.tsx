/** The dialog for a session that ends while the user works: they sign in again over the page, which stays unchanged. */
import { queries, signOut } from "../data/client.ts";
import { auth as t } from "../texts/auth.ts";
import { useGo } from "./address.ts";
import Dialog from "./overlay.tsx";
import { Button } from "./parts.tsx";
import { SignInForm } from "./sign_in_form.tsx";

export default function SignInAgain({ email }: { email: string; userId: string }) {
  const go = useGo();
  return (
    <Dialog title={t.expired_title} isOpen isFirm onClose={() => {}}>
      <p>{t.expired}</p>
      <SignInForm email={email} onDone={() => void queries.invalidateQueries()} />
      <Button kind="link" onClick={() => void signOut().then(() => go("/"))}>{t.leave}</Button>
    </Dialog>
  );
}
