/** The frame around every page: navigation, session state, notices. */
import { Outlet, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { signOut, useSession } from "../data/client.ts";
import { useRoles } from "../data/roles.ts";
import { frame as t } from "../texts/frame.ts";
import { useGo } from "./address.ts";
import { Notices } from "./notices.tsx";
import { A, Button, Page } from "./parts.tsx";
import { ThemeChoice } from "./theme.tsx";

const SignInAgain = lazy(() => import("./sign_in_again.tsx"));

export function Frame() {
  const { session, has_expired } = useSession();
  const [isOpen, setOpen] = useState(false);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  useEffect(() => setOpen(false), [path]);
  return (
    <>
      <a className="skip" href="#content">{t.skip}</a>
      <header className="top">
        <A to="/" className="brand">
          <svg viewBox="0 0 32 32" width="28" aria-hidden="true">
            <rect width="32" height="32" rx="8" />
            <path d="M9 20c3 0 3-8 6-8s3 8 6 8 2-4 2-4" fill="none" strokeWidth="3" strokeLinecap="round" />
          </svg>
          {t.site}
        </A>
        <Button
          className="menu"
          aria-expanded={isOpen}
          aria-controls="site-nav"
          onClick={() => setOpen(!isOpen)}
        >
          {t.menu}
        </Button>
        <nav id="site-nav" aria-label={t.nav.label} className={isOpen ? "open" : ""}>
          <A to="/">{t.nav.home}</A>
          <A to="/trending">{t.nav.trending}</A>
          <A to="/creators">{t.nav.creators}</A>
          <A to="/search">{t.nav.search}</A>
          <span className="push" />
          {session ? <Own /> : session === null && (
            <>
              <A to="/sign-in">{t.nav.sign_in}</A>
              <A to="/sign-up" className="button primary">{t.nav.sign_up}</A>
            </>
          )}
        </nav>
      </header>
      <Connection />
      <main id="content" tabIndex={-1}>
        <Outlet />
      </main>
      <footer className="bottom">
        <ThemeChoice />
      </footer>
      <Notices />
      {has_expired && session && (
        <Suspense>
          <SignInAgain email={session.user.email ?? ""} userId={session.user.id} />
        </Suspense>
      )}
    </>
  );
}

function Own() {
  const roles = useRoles();
  const go = useGo();
  return (
    <>
      <A to="/studio">{t.nav.studio}</A>
      {roles?.some((role) => role !== "user") && <A to="/operator">{t.nav.operator}</A>}
      <Button onClick={() => void signOut().then(() => go("/"))}>{t.nav.sign_out}</Button>
    </>
  );
}

/** Shows a message while the device is offline. */
function Connection() {
  const [isOnline, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = () => setOnline(navigator.onLine);
    addEventListener("online", look);
    addEventListener("offline", look);
    return () => {
      removeEventListener("online", look);
      removeEventListener("offline", look);
    };
  }, []);
  return <div role="status" className="connection">{!isOnline && <p className="offline">{t.offline}</p>}
  </div>;
}

export function NotFound() {
  return (
    <Page title={t.not_found.title} narrow>
      <p>{t.not_found.why}</p>
      <p>
        <A to="/" className="button primary">{t.not_found.home}</A>
      </p>
    </Page>
  );
}

export function Crashed({ error }: { error: unknown }) {
  return (
    <Page title={t.crashed.title} narrow>
      <p>{t.crashed.why}</p>
      <pre className="code">{error instanceof Error ? error.message : String(error)}</pre>
      <div className="actions">
        <Button kind="primary" onClick={() => location.reload()}>{t.crashed.reload}</Button>
        <A to="/" className="button plain">{t.crashed.home}</A>
      </div>
    </Page>
  );
}
