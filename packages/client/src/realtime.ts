/**
 * Lists that stay right. A channel alone loses what happens while it is away, and may say SUBSCRIBED and be dead. `watchTable` subscribes,
 * reads what it missed whenever it (re)joins, hears within seconds that nothing comes any more, and reads by itself until it does again.
 * Each change reaches its consumer once.
 *
 * Nothing here but supabase-js and timers: browsers, Node.js, Deno, React Native.
 */
import type { RealtimeChannel, SupabaseClient } from "@supabase/supabase-js";

/** The published lists, and which column says when a row last changed. */
export const LISTS = {
  notification: "updated_at",
  social_account: "updated_at",
  content_item: "updated_at",
  ai_suggestion: "updated_at",
  seo_submission: "updated_at",
  trending_content: "last_updated_at",
  job_queue: "updated_at",
  // Rows of a log never change.
  job_log: "created_at",
} as const;
export type ListName = keyof typeof LISTS;

type Value = string | number | boolean;
/** All must hold: a value, any of up to 100, or null. */
export type Where = Record<string, Value | readonly Value[] | null>;
export type Row = Record<string, unknown>;

/** Where a client goes on: what was stamped before `at` it has. Keep it to go on after a restart. */
export interface Cursor {
  at: string;
}

export interface ListChange<Of extends Row = Row> {
  /** As the consumer sees it: INSERT when the row is new to it, DELETE when the row is gone or no longer in the list. */
  type: "INSERT" | "UPDATE" | "DELETE";
  id: string;
  /** Null when it is gone. */
  row: Of | null;
  via: "channel" | "catch-up";
}

/**
 * `live`: changes come by themselves. `polling`: the channel is away, and what changed is read every few seconds. `closed`: `close()`
 * was called.
 */
export type WatchState = "connecting" | "live" | "polling" | "closed";

export interface WatchOptions<Of extends Row = Row> {
  where?: Where;
  onChange(change: ListChange<Of>): void;
  /** `error` says why it is not live, or why a catch-up failed. */
  onState?(state: WatchState, error?: Error): void;
  /** `now` (the default) gives what changes from here on, `start` gives the list itself first, a cursor what changed since. */
  since?: "now" | "start" | Cursor;
  /**
   * Whether rows that are deleted, or leave the list, are told. It costs that the ids of the list are read at the beginning, and that
   * the channel carries the keys of all rows of the table that are deleted, whosoever they are. Turn it off for very long lists.
   */
  deletes?: boolean;
  /**
   * How often the list is read although the channel seems to live; changes that come so are a sign that it does not. While the channel
   * is away, how often it is looked which rows are gone. Default 25.
   */
  pollSeconds?: number;
  /** How often the channel is asked for a sign of life. Default 10. */
  pingSeconds?: number;
  /** How often it is read what changed while the channel is away. Default 3. */
  retrySeconds?: number;
}

export interface Watch {
  readonly state: WatchState;
  /** Valid at any time. */
  readonly cursor: Cursor | undefined;
  close(): Promise<void>;
}

const PAGE = 500;
const MOST_VALUES = 100;
const ANSWER_SECONDS = 10;
const POLL_SECONDS = 25;
/** A change may be read before the channel brings it. */
const BELATED_SECONDS = 3;
/** Generated columns: the channel never has them. */
const UNSENT = new Set(["search_vector", "deleted_by"]);

/**
 * A filter for `postgres_changes`. What has to be quoted is quoted, so that a comma in a value never begins a second condition. Throws
 * a `TypeError` for what a filter cannot express.
 */
export function changesFilter(where: Where): string {
  return Object.entries(where).map(([column, value]) => {
    if (!/^[a-z_][a-z0-9_]*$/i.test(column)) {
      throw new TypeError(`Cannot filter by the column ${JSON.stringify(column)}`);
    }
    if (value === null) return `${column}=is.null`;
    if (!isList(value)) return `${column}=eq.${filterValue(value)}`;
    if (value.length < 1 || value.length > MOST_VALUES) {
      throw new TypeError(
        `Cannot filter ${column}: a list has 1 to ${MOST_VALUES} values, got ${value.length}`,
      );
    }
    return `${column}=in.(${value.map(filterValue).join(",")})`;
  }).join(",");
}

function filterValue(value: Value): string {
  const text = String(value);
  if (typeof value === "number" && (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER)) {
    throw new TypeError(`Cannot filter by ${text}: it is not exact as a number; write it as a string`);
  }
  if (text.includes("\0")) {
    throw new TypeError("Cannot filter by a text with a NUL in it: PostgreSQL has none");
  }
  // `null` in a list would be none.
  const isPlain = /^[\w:+-][\w:.+-]*$/.test(text) && !/^null$/i.test(text);
  return isPlain ? text : `"${text.replace(/["\\]/g, "\\$&")}"`;
}

function isList(value: Where[string]): value is readonly Value[] {
  return Array.isArray(value);
}

/** Reads what changed in a list since a cursor, oldest first, page by page. `after` is where the next reading begins. */
export async function* catchUp<Of extends Row = Row>(
  client: SupabaseClient,
  list: ListName,
  options: { where?: Where; since: Cursor | "start"; onCursor?(after: Cursor): void },
): AsyncGenerator<Of> {
  const horizon = await readHorizon(client);
  const stamp = LISTS[list];
  let last: Row | undefined;
  while (true) {
    let query = narrow(client.from(list).select("*"), options.where);
    if (last) {
      const at = quoted(last[stamp]);
      query = query.or(`${stamp}.gt.${at},and(${stamp}.eq.${at},id.gt.${quoted(last.id)})`);
    } else if (options.since !== "start") query = query.gte(stamp, options.since.at);
    const { data, error } = await query.order(stamp).order("id").limit(PAGE);
    if (error) throw new Error(`Cannot read ${list}: ${error.message}`);
    yield* data as Of[];
    last = (data as Of[])[PAGE - 1];
    if (!last) break;
  }
  options.onCursor?.({ at: horizon });
}

/** Later commits are stamped later than this: see `get_change_horizon`. */
async function readHorizon(client: SupabaseClient): Promise<string> {
  const { data, error } = await client.rpc("get_change_horizon");
  if (error || typeof data !== "string") {
    throw new Error(`Cannot read the horizon: ${error?.message ?? "no time"}`);
  }
  return data;
}

/** The builder of supabase-js, as far as it is used. */
interface Query extends PromiseLike<{ data: unknown; error: { message: string } | null }> {
  eq(column: string, value: Value): Query;
  is(column: string, value: null): Query;
  in(column: string, values: readonly Value[]): Query;
  gte(column: string, value: string): Query;
  gt(column: string, value: string): Query;
  or(filters: string): Query;
  order(column: string): Query;
  limit(rows: number): Query;
}

function narrow(query: unknown, where: Where = {}): Query {
  return Object.entries(where).reduce((query, [column, value]) => {
    if (value === null) return query.is(column, null);
    return isList(value) ? query.in(column, value) : query.eq(column, value);
  }, query as Query);
}

function quoted(value: unknown): string {
  return `"${String(value).replace(/["\\]/g, "\\$&")}"`;
}

export function watchTable<Of extends Row = Row>(
  client: SupabaseClient,
  list: ListName,
  options: WatchOptions<Of>,
): Watch {
  return new TableWatch<Of>(client, list, options);
}

/** What the consumer has of a row. Without `row` only that it was there, as of `stamp`. */
interface Known {
  stamp: string;
  row?: Row;
}

interface ChannelEvent {
  eventType: "INSERT" | "UPDATE" | "DELETE";
  new: Row;
  old: Row;
}

class TableWatch<Of extends Row> implements Watch {
  state: WatchState = "connecting";
  cursor: Cursor | undefined;
  readonly #filter: string;
  readonly #stamp: string;
  readonly #known = new Map<string, Known>();
  /** Rows that a reading found gone: the channel may still bring what happened to them before. */
  readonly #gone = new Set<string>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #channel: RealtimeChannel | undefined;
  #heard: ChannelEvent[] = [];
  /** Readings and events are dealt with one after the other. */
  #order: Promise<void> = Promise.resolve();
  #isListed = false;
  /** The server has said that every change comes. */
  #isReady = false;
  /** When it was last looked which rows are gone. */
  #lookedForGone = 0;
  /** Whose changes came by the channel since the list was last read. */
  #heardOf = new Set<string>();
  #failures = 0;

  constructor(private client: SupabaseClient, private list: ListName, private options: WatchOptions<Of>) {
    this.#filter = changesFilter(options.where ?? {});
    this.#stamp = LISTS[list];
    if (typeof options.since === "object") this.cursor = options.since;
    void this.#catchUp("no");
    this.#subscribe();
    this.#every("poll", () => this.#poll());
    this.#every("ping", () => this.#ping());
  }

  async close(): Promise<void> {
    this.#setState("closed");
    for (const timer of this.#timers.values()) clearTimeout(timer);
    const channel = this.#channel;
    this.#channel = undefined;
    if (channel) await this.client.removeChannel(channel);
    await this.#order;
  }

  get #isClosed(): boolean {
    return this.state === "closed";
  }

  #setState(state: WatchState, error?: Error): void {
    if (this.#isClosed || (this.state === state && !error)) return;
    this.state = state;
    this.options.onState?.(state, error);
  }

  #after(name: string, seconds: number, work: () => void): void {
    clearTimeout(this.#timers.get(name));
    if (!this.#isClosed) this.#timers.set(name, setTimeout(work, seconds * 1000));
  }

  #every(name: "poll" | "ping", work: () => Promise<void>): void {
    const { pollSeconds = POLL_SECONDS, pingSeconds = 10, retrySeconds = 3 } = this.options;
    const seconds = name === "ping" ? pingSeconds : this.state === "live" ? pollSeconds : retrySeconds;
    this.#after(name, seconds, () => work().finally(() => this.#every(name, work)));
  }

  #subscribe(): void {
    // A name of its own: nobody else hears the signs of life.
    const channel = this.client.channel(`watch-${this.list}-${randomName()}`, {
      config: { broadcast: { ack: true, self: false } },
    });
    const of = { schema: "public", table: this.list };
    const isCurrent = () => this.#channel === channel;
    const hear = (event: unknown) => isCurrent() && this.#hear(event as ChannelEvent);
    const filter = this.#filter ? { filter: this.#filter } : {};
    for (const event of ["INSERT", "UPDATE"] as const) {
      channel.on("postgres_changes" as never, { event, ...of, ...filter } as never, hear as never);
    }
    // Of a deleted row only its key is sent, which no filter but one on the key fits.
    if (this.options.deletes !== false) {
      channel.on("postgres_changes" as never, { event: "DELETE", ...of } as never, hear as never);
    }
    channel.on(
      "system" as never,
      {} as never,
      ((message: { extension: string; status: string; message: string }) => {
        if (!isCurrent() || message.extension !== "postgres_changes") return;
        // From here on every change comes. It is said again after each break of the server's own.
        if (message.status === "ok") {
          this.#isReady = true;
          void this.#catchUp("yes");
        } else this.#drop(new Error(message.message), false);
      }) as never,
    );
    this.#channel = channel;
    channel.subscribe((state, error) => {
      if (!isCurrent() || state === "SUBSCRIBED") return;
      this.#drop(error ?? new Error(`The channel is ${state}`));
    });
    // Joined, but never told that changes come: that is no channel to wait for.
    this.#after(
      "joining",
      2 * ANSWER_SECONDS,
      () => isCurrent() && this.#drop(new Error("No changes are sent")),
    );
  }

  #goLive(): void {
    this.#failures = 0;
    clearTimeout(this.#timers.get("joining"));
    if (this.state === "live") return;
    this.#setState("live");
    this.#every("poll", () => this.#poll());
  }

  /** Takes a new channel after a while, with the token that is valid then, and reads the list until that one lives. */
  #drop(error: Error, isDead = true): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timers.get("joining"));
    this.#isReady = false;
    this.#setState("polling", error);
    if (isDead) this.#forgetChannel();
    const seconds = Math.min(10, 2 ** this.#failures++);
    this.#after("retry", seconds, async () => {
      await this.client.realtime.setAuth().catch(() => {});
      if (this.#isClosed) return;
      this.#forgetChannel();
      this.#subscribe();
    });
    this.#every("poll", () => this.#poll());
  }

  #forgetChannel(): void {
    const channel = this.#channel;
    this.#channel = undefined;
    // It may take its time to leave, where nobody answers.
    if (channel) this.client.removeChannel(channel).catch(() => {});
  }

  async #ping(): Promise<void> {
    const channel = this.#channel;
    if (this.state !== "live" || channel?.state !== "joined") return;
    const answer = await channel.send({ type: "broadcast", event: "ping", payload: {} }, {
      timeout: ANSWER_SECONDS * 1000,
    })
      .catch(String);
    if (answer !== "ok" && this.#channel === channel) {
      this.#drop(new Error(`The channel does not answer (${answer})`));
    }
  }

  async #poll(): Promise<void> {
    const channel = this.#channel;
    const wasLive = this.state === "live";
    this.#heardOf.clear();
    // What changed is found by the cursor, however often; what is gone only by reading all ids.
    const found = await this.#catchUp(wasLive ? "no" : "if due");
    if (!wasLive || found.length === 0) return;
    this.#after("judge", BELATED_SECONDS, () => {
      const isDead = found.some((id) => !this.#heardOf.has(id));
      if (isDead && this.#channel === channel) this.#drop(new Error("The channel has missed changes"));
    });
  }

  #hear(event: ChannelEvent): void {
    this.#heard.push(event);
    this.#heardOf.add(String(event.eventType === "DELETE" ? event.old.id : event.new.id));
    void this.#inOrder(() => this.#takeHeard());
  }

  #inOrder(work: () => Promise<void>): Promise<void> {
    this.#order = this.#order.then(async () => {
      if (!this.#isClosed) await work();
    }).catch((error) => {
      if (!this.#isClosed) {
        this.options.onState?.(this.state, error instanceof Error ? error : new Error(String(error)));
      }
    });
    return this.#order;
  }

  /** Reads what is missing, and answers whose changes it told. A whole one also looks which rows are gone. */
  async #catchUp(whole: "yes" | "if due" | "no"): Promise<string[]> {
    const found: string[] = [];
    const { where, deletes = true } = this.options;
    await this.#inOrder(async () => {
      if (!this.#isListed) await this.#begin();
      const wasReady = this.#isReady;
      const since = this.cursor ?? "start";
      let after: Cursor | undefined;
      for await (
        const row of catchUp<Of>(this.client, this.list, {
          where,
          since,
          onCursor: (at) => after = at,
        })
      ) {
        if (this.#isClosed) return;
        if (this.#tell(row, "catch-up")) found.push(String(row.id));
      }
      // Looked at here: readings before this one may have looked meanwhile.
      const isDue = Date.now() - this.#lookedForGone >= (this.options.pollSeconds ?? POLL_SECONDS) * 1000;
      if (deletes && (whole === "yes" || (whole === "if due" && isDue))) await this.#findGone();
      await this.#takeHeard();
      this.cursor = after;
      if (wasReady && this.#isReady) this.#goLive();
    });
    return found;
  }

  /** What is there at the beginning and is not to be told. */
  async #begin(): Promise<void> {
    const { since = "now", deletes = true, where } = this.options;
    const cursor = since === "now" ? { at: await readHorizon(this.client) } : this.cursor;
    if (cursor && deletes) {
      for (const [id, stamp] of await this.#readIds()) {
        // What changed since a given cursor is told; of all the rest it is known that it is there.
        this.#known.set(id, { stamp: since !== "now" && stamp >= stampOf(cursor.at) ? "" : stamp });
      }
    } else if (cursor && since === "now") {
      for await (const row of catchUp(this.client, this.list, { where, since: cursor })) {
        this.#known.set(String(row.id), { stamp: stampOf(row[this.#stamp]), row });
      }
    }
    this.cursor = cursor;
    this.#isListed = true;
  }

  async #readIds(): Promise<Map<string, string>> {
    this.#lookedForGone = Date.now();
    const ids = new Map<string, string>();
    let last: Row | undefined;
    do {
      let query = narrow(this.client.from(this.list).select(`id,${this.#stamp}`), this.options.where);
      if (last) query = query.gt("id", String(last.id));
      const { data, error } = await query.order("id").limit(PAGE);
      if (error) throw new Error(`Cannot read ${this.list}: ${error.message}`);
      const rows = data as Row[];
      for (const row of rows) ids.set(String(row.id), stampOf(row[this.#stamp]));
      last = rows[PAGE - 1];
    } while (last);
    return ids;
  }

  /** Rows that the consumer has and that are no longer in the list. */
  async #findGone(): Promise<void> {
    this.#gone.clear();
    const had = [...this.#known.keys()];
    const there = await this.#readIds();
    for (const id of had) {
      if (there.has(id) || this.#isClosed) continue;
      this.#tellGone(id, "catch-up");
      this.#gone.add(id);
    }
  }

  async #takeHeard(): Promise<void> {
    const heard = this.#heard;
    this.#heard = [];
    if (!this.#isListed) return;
    for (const event of heard) {
      if (this.#isClosed) return;
      const row = event.eventType === "DELETE" ? event.old : event.new;
      if (row.id === undefined) continue;
      const id = String(row.id);
      if (typeof row.id === "number" && !Number.isSafeInteger(row.id)) {
        // A browser has rounded it: read by time it is right.
        void this.#catchUp("no");
      } else if (event.eventType === "DELETE") this.#tellGone(id, "channel");
      else if (this.#isPlain(id, row)) this.#tell(row as Of, "channel");
      else await this.#readAgain(id);
    }
  }

  /** False where the event alone does not say what the row is now. */
  #isPlain(id: string, row: Row): boolean {
    const known = this.#known.get(id);
    if (this.#gone.has(id)) return false;
    const stamp = stampOf(row[this.#stamp]);
    if (!known || (known.row ? isSame(known.row, row) : known.stamp === stamp)) return true;
    // An older stamp is of a transaction that began earlier and ended later, or of an event that comes late. And large values that did
    // not change are not sent.
    return stamp > known.stamp &&
      Object.keys(known.row ?? {}).every((column) => column in row || UNSENT.has(column));
  }

  async #readAgain(id: string): Promise<void> {
    const { data, error } = await narrow(this.client.from(this.list).select("*"), this.options.where).eq(
      "id",
      id,
    ).limit(1);
    if (error) throw new Error(`Cannot read ${this.list}: ${error.message}`);
    const [row] = data as Of[];
    if (row) this.#tell(row, "channel");
    else this.#tellGone(id, "channel");
  }

  #tell(row: Of, via: ListChange["via"]): boolean {
    const id = String(row.id);
    const stamp = stampOf(row[this.#stamp]);
    const known = this.#known.get(id);
    if (known && (known.row ? isSame(known.row, row) : known.stamp === stamp)) return false;
    this.#gone.delete(id);
    this.#known.set(id, { stamp, row });
    this.options.onChange({ type: known ? "UPDATE" : "INSERT", id, row, via });
    return true;
  }

  #tellGone(id: string, via: ListChange["via"]): void {
    // The keys of other people's rows come, too.
    if (this.#known.delete(id)) this.options.onChange({ type: "DELETE", id, row: null, via });
  }
}

/** Whether two readings of a row say the same, in the columns that both have. */
function isSame(one: Row | undefined, other: Row): boolean {
  return one !== undefined &&
    Object.keys(other).every((column) => !(column in one) || plain(one[column]) === plain(other[column]));
}

/** Channel and Data API print times and large numbers differently. */
function plain(value: unknown): string {
  if (typeof value === "string") return /^\d{4}-\d\d-\d\d[ T]\d\d:/.test(value) ? stampOf(value) : value;
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(plain).join()}]`;
  return `{${
    Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([key, part]) => `${key}:${plain(part)}`)
  }}`;
}

/** A time as a text that sorts, to the microsecond. */
function stampOf(time: unknown): string {
  const [, seconds = "", fraction = "", zone = "Z"] =
    String(time).match(/^(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d(?::?\d\d)?)?$/) ?? [];
  if (!seconds) return String(time);
  const offset = /^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone;
  return `${new Date(`${seconds.replace(" ", "T")}${offset}`).toISOString().slice(0, 19)}.${
    fraction.padEnd(6, "0")
  }`;
}

function randomName(): string {
  return Math.random().toString(36).slice(2) + Date.now().toString(36);
}
