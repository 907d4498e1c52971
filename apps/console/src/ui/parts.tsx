/** The building blocks of pages: plain HTML elements with native roles. Overlays are in overlay.tsx. */
import type { UseQueryResult } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import {
  type ButtonHTMLAttributes,
  type ComponentType,
  type InputHTMLAttributes,
  lazy,
  type ReactNode,
  type SelectHTMLAttributes,
  Suspense,
  type TextareaHTMLAttributes,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import { problemOf } from "../data/client.ts";
import { config } from "../data/config.ts";
import { frame as t } from "../texts/frame.ts";
import * as format from "./format.ts";

/** A page's heading and content. Sets the document title, and focuses the heading after navigation so that screen readers announce it. */
export function Page({ title, lede, actions, narrow, children }: {
  title: string;
  lede?: ReactNode;
  actions?: ReactNode;
  narrow?: boolean;
  children: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · ${t.site}`;
  }, [title]);
  useEffect(() => {
    // Not on the initial load, when the browser controls the focus.
    if (document.documentElement.dataset.moved) heading.current?.focus({ preventScroll: true });
    document.documentElement.dataset.moved = "yes";
  }, []);
  return (
    <div className={narrow ? "page narrow" : "page"}>
      <header className="page-head">
        <div>
          <h1 ref={heading} tabIndex={-1}>{title}</h1>
          {lede && <p className="lede">{lede}</p>}
        </div>
        {actions && <div className="actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export function Section({ title, actions, lede, children }: {
  title: string;
  actions?: ReactNode;
  lede?: ReactNode;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section className="section" aria-labelledby={id}>
      <header className="section-head">
        <h2 id={id}>{title}</h2>
        {actions && <div className="actions">{actions}</div>}
      </header>
      {lede && <p className="quiet">{lede}</p>}
      {children}
    </section>
  );
}

export const Card = ({ children, className = "" }: { children: ReactNode; className?: string }) => (
  <div className={`card ${className}`}>{children}</div>
);

/** Links inside the console. */
export function A({ to, search, hash, className, children, label, replace, params: _none, ...rest }: {
  to: string;
  search?: Record<string, string | undefined>;
  hash?: string;
  className?: string;
  children: ReactNode;
  label?: string;
  replace?: boolean;
  params?: never;
  onClick?: () => void;
}) {
  return (
    <Link
      to={to as "/"}
      search={search as never}
      hash={hash}
      className={className}
      aria-label={label}
      replace={replace}
      activeProps={{ "aria-current": "page" }}
      activeOptions={{ exact: true, includeSearch: false }}
      {...rest}
    >
      {children}
    </Link>
  );
}

export function Button(
  { kind = "plain", busy, children, ...rest }: ButtonHTMLAttributes<HTMLButtonElement> & {
    kind?: "primary" | "plain" | "danger" | "link";
    busy?: boolean;
  },
) {
  return (
    <button
      type="button"
      {...rest}
      className={`button ${kind} ${rest.className ?? ""}`}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : rest.onClick}
    >
      {busy && <span className="spinner" aria-hidden="true" />}
      {children}
    </button>
  );
}

export type Tone = "good" | "warn" | "bad" | "info" | "quiet";
export const Badge = ({ tone = "quiet", children }: { tone?: Tone; children: ReactNode }) => (
  <span className={`badge ${tone}`}>{children}</span>
);

/** A loading state that shows a message after six seconds. The request itself has a time limit, after which it becomes a problem. */
export function Loading({ rows = 3 }: { rows?: number }) {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), 6_000);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="loading" role="status">
      <span className="sr">{t.loading}</span>
      {Array.from({ length: rows }, (_, at) => <span key={at} className="bone" aria-hidden="true" />)}
      {isSlow && <p className="quiet">{t.slow}</p>}
    </div>
  );
}

/** Shows an error: what happened, its code and request id, and what to do. */
export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  const { code, message, request_id, errors, extras } = problemOf(error);
  const [copied, setCopied] = useState(false);
  const own = code === "unreachable" ? t.problem.offline : code === "timeout" ? t.problem.timeout : message;
  const details = JSON.stringify({
    code,
    message,
    request_id,
    at: new Date().toISOString(),
    page: location.pathname,
  });
  return (
    <div className="problem" role="alert">
      <p>
        <strong>{t.problem.title}.</strong> {own}
      </p>
      {typeof extras.resets_at === "string" && <p>{t.problem.quota(format.time(extras.resets_at))}</p>}
      {errors.length > 0 && (
        <ul>
          {errors.map(({ pointer, detail }) => (
            <li key={pointer + detail}>
              <code>{pointer}</code> {detail}
            </li>
          ))}
        </ul>
      )}
      <dl className="facts">
        <div>
          <dt>{t.problem.code}</dt>
          <dd>
            {config.docs ? <a href={`${config.docs}/problems#${code}`}>{code}</a> : <code>{code}</code>}
          </dd>
        </div>
        {request_id && (
          <div>
            <dt>{t.problem.request}</dt>
            <dd>
              <code>{request_id}</code>
            </dd>
          </div>
        )}
      </dl>
      <div className="actions">
        {retry && <Button onClick={retry}>{t.retry}</Button>}
        <Button
          kind="link"
          onClick={() => navigator.clipboard?.writeText(details).then(() => setCopied(true), () => {})}
        >
          {copied ? t.problem.copied : t.problem.copy}
        </Button>
      </div>
    </div>
  );
}

/** An empty state: why there is nothing to show, and what to do. */
export function Empty({ title, why, children }: { title: string; why: ReactNode; children?: ReactNode }) {
  return (
    <div className="empty">
      <svg viewBox="0 0 48 24" aria-hidden="true" width="72">
        <path
          d="M2 18c8 0 8-12 16-12s8 12 16 12 6-6 12-6"
          fill="none"
          stroke="currentColor"
          strokeWidth="2.5"
          strokeLinecap="round"
        />
      </svg>
      <p className="empty-title">{title}</p>
      <p className="quiet">{why}</p>
      {children && <div className="actions">{children}</div>}
    </div>
  );
}

/** Renders a query's states: loading, failed, loaded. Loaded data stays visible if a later refetch fails. */
export function Query<T>({ of, children, rows, empty }: {
  of: UseQueryResult<T, Error>;
  children: (data: T) => ReactNode;
  rows?: number;
  /** Returns what to show instead of the data, or nothing. */
  empty?: (data: T) => ReactNode;
}) {
  if (of.data !== undefined) {
    const nothing = empty?.(of.data);
    return (
      <>
        {of.error && <Problem error={of.error} retry={() => void of.refetch()} />}
        {nothing || children(of.data)}
      </>
    );
  }
  if (of.error) return <Problem error={of.error} retry={() => void of.refetch()} />;
  return <Loading rows={rows} />;
}

/** The part of a paginated query that a list uses. */
export interface Pages<Page> {
  data?: { pages: Page[] };
  error: Error | null;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
  refetch: () => unknown;
}

/** A paginated list: its rows, and a button that loads more. */
export function List<Page, Item>({ of, rows, children, empty, skeleton }: {
  of: Pages<Page>;
  rows: (page: Page) => readonly Item[];
  children: (items: Item[]) => ReactNode;
  empty: ReactNode;
  skeleton?: number;
}) {
  if (!of.data) {
    return of.error
      ? <Problem error={of.error} retry={() => of.refetch()} />
      : <Loading rows={skeleton ?? 5} />;
  }
  const items = of.data.pages.flatMap((page) => [...rows(page)]);
  if (items.length === 0 && !of.hasNextPage) return <>{empty}</>;
  return (
    <>
      {children(items)}
      {of.error && <Problem error={of.error} retry={() => of.fetchNextPage()} />}
      <div className="more">
        {of.hasNextPage
          ? (
            <Button busy={of.isFetchingNextPage} onClick={() => of.fetchNextPage()}>
              {of.isFetchingNextPage ? t.more_busy : t.more}
            </Button>
          )
          : <p className="quiet">{t.all_shown(items.length)}</p>}
      </div>
    </>
  );
}

export interface Column<Row> {
  name: string;
  /** Hides the heading visually, but not from screen readers. */
  quiet?: boolean;
  numeric?: boolean;
  cell: (row: Row) => ReactNode;
}

const MANY_COLUMNS = 5;

/** A table; on narrow screens each row becomes a card with labelled values. */
export function Table<Row>({ caption, columns, rows, keyOf, rowClass }: {
  caption: string;
  columns: Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  rowClass?: (row: Row) => string | undefined;
}) {
  // On a card, the first visible column is the heading and needs no label.
  const lead = columns.find(({ quiet }) => !quiet)?.name;
  return (
    <div className={columns.length > MANY_COLUMNS ? "table-frame wide" : "table-frame"}>
      <table role="table">
        <caption className="sr">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map(({ name, quiet, numeric }) => (
              <th key={name} role="columnheader" scope="col" className={numeric ? "numeric" : undefined}>
                {quiet ? <span className="sr">{name}</span> : name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr key={keyOf(row)} role="row" className={rowClass?.(row)}>
              {columns.map(({ name, cell, numeric, quiet }) => (
                <td
                  key={name}
                  role="cell"
                  data-label={quiet || name === lead ? undefined : name}
                  className={numeric ? "numeric" : undefined}
                >
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A time in the viewer's time zone, with UTC in the tooltip. */
export function Time({ at, style = "full", relative }: {
  at: string | number | Date | null | undefined;
  style?: format.TimeStyle;
  relative?: boolean;
}) {
  if (at === null || at === undefined) return <span className="quiet">{t.time.never}</span>;
  const here = format.time(at, style);
  return (
    <time
      dateTime={new Date(at).toISOString()}
      title={`${relative ? `${format.time(at)} · ` : ""}${t.time.utc(format.utc(at))}`}
    >
      {relative ? format.ago(at) : here}
    </time>
  );
}

/** A number. An unknown value shows as not available, never as zero. */
export function Num({ value, compact }: { value: number | string | null | undefined; compact?: boolean }) {
  if (value === null || value === undefined) return <NotAvailable />;
  return <span title={compact ? format.number(value) : undefined}>{format.number(value, compact)}</span>;
}

export const NotAvailable = () => <span className="quiet" title={t.not_available_why}>{t.not_available}
</span>;

/** A labelled figure, for use in `Figures`. */
export function Figure({ name, children, note }: { name: string; children: ReactNode; note?: ReactNode }) {
  return (
    <div className="figure">
      <dt>{name}</dt>
      <dd>
        <span className="figure-value">{children}</span>
        {note && <span className="figure-note">{note}</span>}
      </dd>
    </div>
  );
}
export const Figures = ({ children }: { children: ReactNode }) => <dl className="figures">{children}</dl>;

export function Progress({ value, max = 100, label, text }: {
  /** Null if the progress is unknown. */
  value: number | null;
  max?: number;
  label: string;
  text?: ReactNode;
}) {
  return (
    <div className="progress">
      <progress aria-label={label} max={max} {...(value === null ? {} : { value: Math.min(value, max) })} />
      {text && <span className="quiet">{text}</span>}
    </div>
  );
}

/** A label with its control, hint and error. */
export function Field({ label, hint, error, optional, children }: {
  label: string;
  hint?: ReactNode;
  error?: ReactNode;
  optional?: boolean;
  children: (props: { id: string; "aria-describedby"?: string; "aria-invalid"?: true }) => ReactNode;
}) {
  const id = useId();
  const describes = [hint && `${id}h`, error && `${id}e`].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>
        {label}
        {optional && <span className="quiet">{` (${t.optional})`}</span>}
      </label>
      {children({
        id,
        ...(describes ? { "aria-describedby": describes } : {}),
        ...(error ? { "aria-invalid": true } : {}),
      })}
      {hint && <p id={`${id}h`} className="hint">{hint}</p>}
      {error && <p id={`${id}e`} className="field-error">{error}</p>}
    </div>
  );
}

type FieldProps = { label: string; hint?: ReactNode; error?: ReactNode; optional?: boolean };

export function TextField(
  { label, hint, error, optional, ...rest }: FieldProps & InputHTMLAttributes<HTMLInputElement>,
) {
  return (
    <Field {...{ label, hint, error, optional }}>
      {(props) => <input type="text" {...rest} {...props} />}
    </Field>
  );
}

export function TextArea(
  { label, hint, error, optional, ...rest }: FieldProps & TextareaHTMLAttributes<HTMLTextAreaElement>,
) {
  return (
    <Field {...{ label, hint, error, optional }}>
      {(props) => <textarea rows={4} {...rest} {...props} />}
    </Field>
  );
}

export function Select({ label, hint, error, optional, options, ...rest }:
  & FieldProps
  & SelectHTMLAttributes<HTMLSelectElement>
  & { options: readonly (readonly [value: string, name: string])[] }) {
  return (
    <Field {...{ label, hint, error, optional }}>
      {(props) => (
        <select {...rest} {...props}>
          {options.map(([value, name]) => <option key={value} value={value}>{name}</option>)}
        </select>
      )}
    </Field>
  );
}

export function Check(
  { label, hint, ...rest }: { label: ReactNode; hint?: ReactNode } & InputHTMLAttributes<HTMLInputElement>,
) {
  const id = useId();
  return (
    <div className="check">
      <input type="checkbox" {...rest} id={id} aria-describedby={hint ? `${id}h` : undefined} />
      <label htmlFor={id}>{label}</label>
      {hint && <p id={`${id}h`} className="hint">{hint}</p>}
    </div>
  );
}

/** Wraps a component that loads when it is first rendered. */
export function later<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
): ComponentType<Props> {
  const Lazy = lazy(load) as unknown as ComponentType<Props>;
  return (props: Props) => (
    <Suspense fallback={<Loading rows={1} />}>
      <Lazy {...props} />
    </Suspense>
  );
}

/** Returns the value debounced: it updates after the value has not changed for `ms`. */
export function useStill<T>(value: T, ms = 250): T {
  const [still, setStill] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setStill(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return still;
}
