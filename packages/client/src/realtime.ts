/**
 * Lists that stay up to date. A channel alone loses changes while it is disconnected, and may report SUBSCRIBED and be dead. `watchTable`
 * subscribes, reads what it missed whenever it (re)joins, detects a dead channel within seconds, and polls until a channel works again.
 * Each change reaches its consumer once.
 *
 * Uses only supabase-js and timers, so it runs in browsers, Node.js, Deno and React Native.
 */
import type { RealtimeChannel, SupabaseClient } from "@supabase/supabase-js";

/** The published lists, with the column that holds the time of a row's last change. */
export const LISTS = {
  notification: "updated_at",
  social_account: "updated_at",
  content_item: "updated_at",
  ai_suggestion: "updated_at",
  seo_submission: "updated_at",
  trending_content: "last_updated_at",
  job_queue: "updated_at",
  // Log rows never change.
  job_log: "created_at",
} as const;
export type ListName = keyof typeof LISTS;

type Value = string | number | boolean;
/** All conditions must hold: equal to a value, to one of up to 100 values, or null. */
export type Where = Record<string, Value | readonly Value[] | null>;
export type Row = Record<string, unknown>;

/** Where a client continues: it already has everything stamped before `at`. Store it to continue after a restart. */
export interface Cursor {
  at: string;
}

export interface ListChange<Of extends Row = Row> {
  /** From the consumer's view: INSERT if the row is new to it, DELETE if the row was deleted or left the list. */
  type: "INSERT" | "UPDATE" | "DELETE";
  id: string;
  /** Null for DELETE. */
  row: Of | null;
  via: "channel" | "catch-up";
}

/**
 * `live`: the channel delivers changes. `polling`: the channel is down, and changes are read every few seconds. `closed`: `close()`
 * was called.
 */
export type WatchState = "connecting" | "live" | "polling" | "closed";

export interface WatchOptions<Of extends Row = Row> {
  where?: Where;
  onChange(change: ListChange<Of>): void;
  /** `error` is the reason why the watch is not live, or why a catch-up failed. */
  onState?(state: WatchState, error?: Error): void;
  /** `now` (the default) reports changes from now on, `start` reports the existing rows first, a cursor reports what changed since. */
  since?: "now" | "start" | Cursor;
  /**
   * Whether to report rows that are deleted or leave the list. This requires reading all ids of the list at the beginning, and the
   * channel carries the keys of all deleted rows of the table, including other users'. Turn it off for very long lists.
   */
  deletes?: boolean;
  /**
   * How often the list is read although the channel seems alive; changes found this way are a sign that it is dead. While the channel is
   * down, how often deleted rows are searched for. Default 25.
   */
  pollSeconds?: number;
  /** How often the channel is pinged. Default 10. */
  pingSeconds?: number;
  /** How often changes are read while the channel is down. Default 3. */
  retrySeconds?: number;
}

export interface Watch {
  readonly state: WatchState;
  /** May be read and stored at any time. */
  readonly cursor: Cursor | undefined;
  close(): Promise<void>;
}

const PAGE = 500;
const MOST_VALUES = 100;
const ANSWER_SECONDS = 10;
const POLL_SECONDS = 25;
/** Grace period, because a read may find a change before the channel delivers it. */
const BELATED_SECONDS = 3;
/** Generated columns, which the channel never sends. */
const UNSENT = new Set(["search_vector", "deleted_by"]);

/**
 * Returns a filter for `postgres_changes`. Values are quoted where necessary, so that a comma in a value never starts a second
 * condition. Throws a `TypeError` for values that a filter cannot express.
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
    throw new TypeError(
      `Cannot filter by ${text}: a JavaScript number cannot hold it exactly; pass it as a string`,
    );
  }
  if (text.includes("\0")) {
    throw new TypeError("Cannot filter by a text with a NUL character: PostgreSQL cannot store it");
  }
  // An unquoted `null` would not be read as a string.
  const isPlain = /^[\w:+-][\w:.+-]*$/.test(text) && !/^null$/i.test(text);
  return isPlain ? text : `"${text.replace(/["\\]/g, "\\$&")}"`;
}

function isList(value: Where[string]): value is readonly Value[] {
  return Array.isArray(value);
}

/** Reads what changed in a list since a cursor, oldest first, page by page. `onCursor` receives the cursor for the next read. */
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

/** Reads a time that is earlier than the stamps of all later commits: see `get_change_horizon`. */
async function readHorizon(client: SupabaseClient): Promise<string> {
  const { data, error } = await client.rpc("get_change_horizon");
  if (error || typeof data !== "string") {
    throw new Error(`Cannot read the horizon: ${error?.message ?? "no time"}`);
  }
  return data;
}

/** The part of supabase-js's query builder that is used here. */
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

/** What the consumer knows of a row. Without `row`, only that it existed as of `stamp`. */
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
  /** Rows that a read found deleted; the channel may still deliver older changes of them. */
  readonly #gone = new Set<string>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #channel: RealtimeChannel | undefined;
  #heard: ChannelEvent[] = [];
  /** Serializes reads and events. */
  #order: Promise<void> = Promise.resolve();
  #isListed = false;
  /** True once the server has confirmed that it sends every change. */
  #isReady = false;
  /** When deleted rows were last searched for. */
  #lookedForGone = 0;
  /** Ids whose changes the channel delivered since the last poll. */
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
    // A unique channel name, so that nobody else receives the pings.
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
    // For a deleted row only its key is sent, so a filter could match only on the key.
    if (this.options.deletes !== false) {
      channel.on("postgres_changes" as never, { event: "DELETE", ...of } as never, hear as never);
    }
    channel.on(
      "system" as never,
      {} as never,
      ((message: { extension: string; status: string; message: string }) => {
        if (!isCurrent() || message.extension !== "postgres_changes") return;
        // From now on every change arrives. The server repeats this message after each interruption on its side.
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
    // If the channel joins but the server never confirms that it sends changes, replace the channel.
    this.#after(
      "joining",
      2 * ANSWER_SECONDS,
      () => isCurrent() && this.#drop(new Error("The channel sends no changes")),
    );
  }

  #goLive(): void {
    this.#failures = 0;
    clearTimeout(this.#timers.get("joining"));
    if (this.state === "live") return;
    this.#setState("live");
    this.#every("poll", () => this.#poll());
  }

  /** Opens a new channel after a backoff, with the token that is valid then, and polls until it is live. */
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
    // Leaving may take a while if the server does not respond.
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
    // The cursor finds changes cheaply at any rate; finding deleted rows requires reading all ids.
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

  /** Reads missed changes and returns the ids that it reported. With `whole`, also searches for deleted rows. */
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
      // Checked here, because an earlier queued read may just have searched.
      const isDue = Date.now() - this.#lookedForGone >= (this.options.pollSeconds ?? POLL_SECONDS) * 1000;
      if (deletes && (whole === "yes" || (whole === "if due" && isDue))) await this.#findGone();
      await this.#takeHeard();
      this.cursor = after;
      if (wasReady && this.#isReady) this.#goLive();
    });
    return found;
  }

  /** Records the rows that exist at the beginning and must not be reported. */
  async #begin(): Promise<void> {
    const { since = "now", deletes = true, where } = this.options;
    const cursor = since === "now" ? { at: await readHorizon(this.client) } : this.cursor;
    if (cursor && deletes) {
      for (const [id, stamp] of await this.#readIds()) {
        // Rows that changed since a given cursor are reported; all others are recorded as known.
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

  /** Reports rows that the consumer has but that are no longer in the list. */
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
        // JSON parsing has rounded the id; a read by time returns it exactly.
        void this.#catchUp("no");
      } else if (event.eventType === "DELETE") this.#tellGone(id, "channel");
      else if (this.#isPlain(id, row)) this.#tell(row as Of, "channel");
      else await this.#readAgain(id);
    }
  }

  /** Returns false if the event alone does not determine the current row. */
  #isPlain(id: string, row: Row): boolean {
    const known = this.#known.get(id);
    if (this.#gone.has(id)) return false;
    const stamp = stampOf(row[this.#stamp]);
    if (!known || (known.row ? isSame(known.row, row) : known.stamp === stamp)) return true;
    // An older stamp comes from a transaction that began earlier and committed later, or from a late event. And large unchanged
    // values are not sent.
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
    // The channel also sends the keys of other users' rows.
    if (this.#known.delete(id)) this.options.onChange({ type: "DELETE", id, row: null, via });
  }
}

/** Returns whether two versions of a row are equal in the columns that both have. */
function isSame(one: Row | undefined, other: Row): boolean {
  return one !== undefined &&
    Object.keys(other).every((column) => !(column in one) || plain(one[column]) === plain(other[column]));
}

/** Normalizes a value, because the channel and the Data API format times and large numbers differently. */
function plain(value: unknown): string {
  if (typeof value === "string") return /^\d{4}-\d\d-\d\d[ T]\d\d:/.test(value) ? stampOf(value) : value;
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(plain).join()}]`;
  return `{${
    Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([key, part]) => `${key}:${plain(part)}`)
  }}`;
}

/** Formats a time as a sortable text with microseconds. */
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
