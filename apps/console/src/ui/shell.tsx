/** The layout of a section behind the sign-in: its own navigation beside the page. */
import { Outlet, useRouterState } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useSession } from "../data/client.ts";
import { auth as t } from "../texts/auth.ts";
import { useKeptFocus } from "./keep_focus.ts";
import { A, Button, Card, Loading, Page } from "./parts.tsx";
import { SignInForm } from "./sign_in_form.tsx";

export type Places = readonly { title: string; links: readonly (readonly [to: string, name: string])[] }[];

export function Shell({ label, places, children }: { label: string; places: Places; children?: ReactNode }) {
  const { session } = useSession();
  const [isOpen, setOpen] = useState(false);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  useEffect(() => setOpen(false), [path]);
  if (session === undefined) return <Loading />;
  // The URL stays the same, so signing in leads to the requested page.
  if (session === null) {
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
  return (
    <div className="shell">
      <Button
        className="side-menu"
        aria-expanded={isOpen}
        aria-controls="side"
        onClick={() => setOpen(!isOpen)}
      >
        {label}
      </Button>
      <nav id="side" className={isOpen ? "side open" : "side"} aria-label={label}>
        {places.map(({ title, links }) => (
          <div key={title} className="side-group">
            <p className="side-title">{title}</p>
            <ul>
              {links.map(([to, name]) => (
                <li key={to}>
                  <A to={to}>{name}</A>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
      <Content>{children ?? <Outlet />}</Content>
    </div>
  );
}

function Content({ children }: { children: ReactNode }) {
  const frame = useRef<HTMLDivElement>(null);
  useKeptFocus(frame);
  return <div className="shell-page" ref={frame}>{children}</div>;
}
