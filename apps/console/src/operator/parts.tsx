/** Parts that several of the operator's pages share. */
import { type ReactNode, useEffect, useState } from "react";
import { operator as t } from "../texts/operator.ts";
import { useWish } from "../ui/address.ts";
import * as format from "../ui/format.ts";
import {
  A,
  Badge,
  Button,
  Card,
  type Column,
  Empty,
  List,
  type Pages,
  Select,
  Table,
  TextField,
  type Tone,
} from "../ui/parts.tsx";
import type { Severity } from "./data.ts";

export const SEVERITIES: Record<Severity, Tone> = { critical: "bad", warning: "warn", info: "info" };

export const SeverityBadge = ({ of }: { of: Severity }) => (
  <Badge tone={SEVERITIES[of]}>{t.severity[of] ?? of}</Badge>
);

/** Links to a user's page, by name or else by short id. */
export function PersonLink({ id, name }: { id: string | null | undefined; name?: string | null }) {
  if (!id) return <span className="quiet">{t.system}</span>;
  return <A to={`/operator/users/${id}`}>{name || <code>{id.slice(0, 8)}</code>}</A>;
}

export function AccountLink({ id, children }: { id: unknown; children?: ReactNode }) {
  if (typeof id !== "string") return <span className="quiet">–</span>;
  return <A to="/operator/accounts" search={{ id }}>{children ?? <code>{id.slice(0, 8)}</code>}</A>;
}

/** Returns the account of a job, if it has one. */
export const accountOf = (params: Record<string, unknown>): unknown =>
  params.social_account_id ?? params.account_id;

export const ErrorText = ({ code, message }: { code?: string | null; message?: string | null }) => (
  <span className="field-error small">
    {code && <code>{code}</code>} {message}
  </span>
);

/** Formats a count that may have stopped at a limit. */
export const upTo = (count: number, limit: number): string =>
  count >= limit ? t.or_more(format.number(limit - 1)) : format.number(count);

/** Formats a duration in seconds, minutes, hours or days. */
export function lasting(seconds: number): string {
  const [unit, size] = seconds < 120
    ? ["second", 1] as const
    : seconds < 7_200
    ? ["minute", 60] as const
    : seconds < 172_800
    ? ["hour", 3_600] as const
    : ["day", 86_400] as const;
  return format.quantity(Math.round(seconds / size), unit);
}

/** The empty state of a list, with or without filters. */
export function Nothing({ isFiltered, title, why }: { isFiltered: boolean; title: string; why: ReactNode }) {
  const [wish, change] = useWish();
  if (!isFiltered) return <Empty title={title} why={why} />;
  return (
    <Empty title={t.nothing_fits} why={t.nothing_fits_why}>
      <Button onClick={() => change(Object.fromEntries(Object.keys(wish).map((name) => [name, undefined])))}>
        {t.clear}
      </Button>
    </Empty>
  );
}

/** Rows of history that the database scans for one page. */
const LOOKED_THROUGH = 20_000;

/** The rows of a list in a table, or why there are none yet. */
export function Rows<Row>({ of, title, isFiltered, none, why, ...table }: {
  of: Pages<{ items: readonly Row[] }>;
  title: string;
  isFiltered: boolean;
  none: string;
  why: ReactNode;
  keyOf: (row: Row) => string;
  columns: Column<Row>[];
}) {
  return (
    <List
      of={of}
      rows={({ items }) => items}
      empty={<Nothing isFiltered={isFiltered} title={none} why={why} />}
    >
      {(rows) =>
        rows.length > 0
          ? <Table caption={title} rows={rows} {...table} />
          : <p className="quiet" role="status">{t.looked((of.data?.pages.length ?? 0) * LOOKED_THROUGH)}</p>}
    </List>
  );
}

/** A filter with fixed options. */
export function Choice({ name, label, options, all = true }: {
  name: string;
  label: string;
  options: readonly (readonly [string, string])[];
  /** Whether an option for all values is offered. */
  all?: boolean;
}) {
  const [wish, change] = useWish();
  return (
    <Select
      label={label}
      value={wish[name] ?? ""}
      options={all ? [["", t.everything], ...options] : options}
      onChange={({ target }) => change({ [name]: target.value || undefined })}
    />
  );
}

/** A text filter, applied on blur or Enter. */
export function Typed(
  { name, label, hint, wide }: { name: string; label: string; hint?: string; wide?: boolean },
) {
  const [wish, change] = useWish();
  const given = wish[name] ?? "";
  const [value, setValue] = useState(given);
  useEffect(() => setValue(given), [given]);
  const take = () => value.trim() !== given && change({ [name]: value.trim() || undefined });
  return (
    <form
      className={wide ? "searchbox" : undefined}
      role={wide ? "search" : undefined}
      onSubmit={(event) => {
        event.preventDefault();
        take();
      }}
    >
      <TextField
        label={label}
        hint={hint}
        type={wide ? "search" : "text"}
        value={value}
        maxLength={200}
        onChange={({ target }) => setValue(target.value)}
        onBlur={take}
      />
    </form>
  );
}

export const entries = (names: Record<string, string>) => Object.entries(names) as [string, string][];

/** A value shown as formatted JSON. */
export const Raw = ({ value }: { value: unknown }) => (
  <pre className="code">{JSON.stringify(value, null, 2)}</pre>
);

/** Formats a small object for a table: `handler: sync_youtube, count: 3`. */
export const brief = (details: Record<string, unknown>): string =>
  Object.entries(details).filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
    .join(", ")
    .slice(0, 240);

export const Facts = ({ of }: { of: readonly (readonly [name: string, value: ReactNode])[] }) => (
  <Card>
    <dl className="facts">
      {of.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  </Card>
);
