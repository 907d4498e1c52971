/** The page that platforms redirect to: sends the code to the backend, once. */
import type { FunctionName, Input } from "@streamvibe/client";
import { isProblem } from "@streamvibe/client";
import { useEffect, useRef } from "react";
import { api, useSession } from "../data/client.ts";
import { useAction } from "../data/queries.ts";
import { studio as t } from "../texts/studio.ts";
import { useGo, useWish } from "../ui/address.ts";
import { say } from "../ui/notices.tsx";
import { A, Empty, Loading, Page, Problem } from "../ui/parts.tsx";
import { type Attempt, attemptOf } from "./connect.tsx";

type Callback = Extract<FunctionName, `oauth-${string}-callback`>;

export default function OAuthCallback() {
  const { session } = useSession();
  const [{ code, state = "", error }] = useWish();
  const go = useGo();
  // The attempt is read and removed once, even if React renders twice.
  const attempt = useRef<Attempt | undefined | null>(null);
  if (attempt.current === null) attempt.current = attemptOf(state);
  const known = attempt.current;
  const finish = useAction(
    ({ platform }: Attempt) =>
      api.call(`oauth-${platform}-callback` as Callback, { state, code, error } as Input<Callback>),
    {
      touches: ["social_account", "get-seo-overview"],
      onDone: () => {
        say(t.oauth.done);
        go(known?.then ?? "/studio/accounts");
      },
    },
  );
  const hasBegun = useRef(false);
  useEffect(() => {
    if (!session || !known || hasBegun.current) return;
    hasBegun.current = true;
    finish.mutate(known);
  }, [session]);
  const back = <A to={known?.then ?? "/studio/accounts"} className="button primary">{t.oauth.again}</A>;
  if (!known) {
    return (
      <Page title={t.oauth.title} narrow>
        <Empty title={t.oauth.unknown} why={t.oauth.unknown_why}>{back}</Empty>
      </Page>
    );
  }
  if (isProblem(finish.error, "oauth_denied")) {
    return (
      <Page title={t.oauth.title} narrow>
        <Empty title={t.oauth.denied} why={t.oauth.denied_why}>{back}</Empty>
      </Page>
    );
  }
  return (
    <Page title={t.oauth.title} lede={t.oauth.waiting} narrow>
      {finish.error
        ? (
          <>
            <Problem error={finish.error} />
            <p>{back}</p>
          </>
        )
        : <Loading rows={1} />}
    </Page>
  );
}
