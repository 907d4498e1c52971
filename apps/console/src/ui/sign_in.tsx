import { useEffect } from "react";
import { useSession } from "../data/client.ts";
import { auth as t } from "../texts/auth.ts";
import { useGo, useWish } from "./address.ts";
import { A, Card, Page } from "./parts.tsx";
import { SignInForm } from "./sign_in_form.tsx";

export default function SignIn() {
  const { session } = useSession();
  const [{ then }] = useWish();
  const go = useGo();
  useEffect(() => {
    // Only paths within this console are allowed.
    if (session) go(then?.startsWith("/") && !then.startsWith("//") ? then : "/studio");
  }, [session]);
  return (
    <Page title={t.sign_in_title} lede={t.sign_in_lede} narrow>
      <Card>
        <SignInForm />
      </Card>
      <p>
        <A to="/recover">{t.forgot}</A>
      </p>
      <p>
        {t.no_account} <A to="/sign-up">{t.sign_up}</A>
      </p>
    </Page>
  );
}
