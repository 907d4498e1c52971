/**
 * Each test of the database has its own context: four people, an account and some content, in a transaction that is
 * rolled back. In statements, `$owner`, `$other`, `$moderator`, `$admin`, `$account`, `$connection` and `$item` stand
 * for their ids. Statements run as one of the actors, with the role and the claims that the Data API would set.
 */
import postgres from "postgres";
import { testDatabase } from "../../../scripts/test/stack.ts";

/** `operator` is the role that applies migrations; the others use the API. */
export type Actor = "anon" | "owner" | "other" | "moderator" | "admin" | "service" | "operator";
export const PEOPLE = ["owner", "other", "moderator", "admin"] as const;
export type Person = typeof PEOPLE[number];

export type Row = Record<string, unknown>;

/** The outcome of a statement that was run and rolled back. */
export interface Outcome {
  rows: Row[];
  /** Rows returned or changed. */
  count: number;
  /** SQLSTATE of the error, if it was refused. */
  code?: string;
  message?: string;
  /** The constraint that refused it. */
  constraint?: string;
  detail?: Row;
}

export class TestContext {
  readonly people: Record<Person, string> = {
    owner: crypto.randomUUID(),
    other: crypto.randomUUID(),
    moderator: crypto.randomUUID(),
    admin: crypto.randomUUID(),
  };
  /** The owner's account, its connection, and one item of it. */
  account = "";
  connection = "";
  item = "";

  constructor(private readonly sql: postgres.ReservedSql) {}

  /** Runs as the operator. */
  async query<Result extends Row = Row>(text: string): Promise<Result[]> {
    return [...await this.sql.unsafe<Result[]>(this.fill(text))];
  }

  /** Returns the single value of a query. */
  async value<Value = unknown>(text: string, actor: Actor = "operator"): Promise<Value> {
    const [row] = await this.perform(actor, text);
    return Object.values(row ?? {})[0] as Value;
  }

  /** Runs as an actor, and keeps the effect until the test ends. */
  async perform<Result extends Row = Row>(actor: Actor, text: string): Promise<Result[]> {
    await this.become(actor);
    try {
      return await this.query<Result>(text);
    } finally {
      // After an error, the transaction is aborted and the role with it.
      await this.become("operator").catch(() => {});
    }
  }

  /** Runs as an actor, rolls back, and returns the outcome. */
  async attempt(actor: Actor, text: string): Promise<Outcome> {
    await this.sql.unsafe("savepoint attempt");
    try {
      await this.become(actor);
      const rows = await this.sql.unsafe(this.fill(text));
      return { rows: [...rows] as Row[], count: rows.count ?? rows.length };
    } catch (error) {
      if (!(error instanceof postgres.PostgresError)) throw error;
      return {
        rows: [],
        count: 0,
        code: error.code,
        message: error.message,
        constraint: error.constraint_name,
        detail: error.detail?.startsWith("{") ? JSON.parse(error.detail) : undefined,
      };
    } finally {
      await this.sql.unsafe("rollback to savepoint attempt; release savepoint attempt").simple();
    }
  }

  /** Returns the SQLSTATE with which an actor's statement is refused, or undefined. Its effect is rolled back. */
  async refused(actor: Actor, text: string): Promise<string | undefined> {
    return (await this.attempt(actor, text)).code;
  }

  private fill(text: string): string {
    const { account, connection, item } = this;
    const ids: Record<string, string> = { ...this.people, account, connection, item };
    return text.replace(/\$([a-z]+)\b/g, (name, word: string) => word in ids ? `'${ids[word]}'` : name);
  }

  private async become(actor: Actor): Promise<void> {
    const roles: Partial<Record<Actor, string>> = { anon: "anon", service: "service_role", operator: "none" };
    const role = roles[actor] ?? "authenticated";
    const id = (PEOPLE as readonly string[]).includes(actor) ? this.people[actor as Person] : undefined;
    const claims = actor === "operator" ? "" : JSON.stringify({ role, ...(id ? { sub: id } : {}) });
    await this.sql.unsafe(
      `set local role ${role}; select set_config('request.jwt.claims', '${claims}', true)`,
    )
      .simple();
  }

  /** Signs up the people, grants two of them their roles, and creates the owner's account with three items. */
  async addFixtures(): Promise<void> {
    const run = crypto.randomUUID().slice(0, 8);
    for (const person of PEOPLE) {
      await this.query(`insert into auth.users (id, email, raw_user_meta_data)
        values ('${
        this.people[person]
      }', '${person}-${run}@example.com', '{"display_name": "${person} ${run}"}')`);
    }
    await this.query(`insert into public.user_role (user_id, role)
      values ('${this.people.moderator}', 'moderator'), ('${this.people.admin}', 'admin')`);
    const connected = await this.connect("owner", `UC${run}`);
    this.account = connected.account;
    this.connection = connected.connection;
    await this.query(
      `insert into public.content_item (social_account_id, platform_content_id, content_type, title, tags)
      values ('${this.account}', 'v1', 'long_video', 'First', '{one}'), ('${this.account}', 'v2', 'short_video', 'Second', '{two}'),
        ('${this.account}', 'v3', 'post', 'Third', '{}')`,
    );
    this.item = await this.value<string>(
      `select id from public.content_item where social_account_id = '${this.account}' and platform_content_id = 'v1'`,
    );
  }

  /** Connects an account the way the OAuth callback does. */
  async connect(
    person: Person,
    platformAccountId: string,
    tokens: Row = { access_token: `at-${platformAccountId}`, refresh_token: `rt-${platformAccountId}` },
  ): Promise<{ account: string; connection: string; reconnected: boolean }> {
    const result = await this.value<Row>(`select public.connect_account('${this.people[person]}', 'youtube',
      '${JSON.stringify(tokens)}', now() + interval '1 hour', '{youtube.readonly}',
      '${
      JSON.stringify({ platform_account_id: platformAccountId, display_name: `Channel ${platformAccountId}` })
    }')`);
    return {
      account: String(result.social_account_id),
      connection: String(result.connection_id),
      reconnected: result.reconnected === true,
    };
  }
}

/** Runs `test` with its fixtures, and rolls back everything. */
export async function inTransaction(
  test: (db: TestContext) => Promise<void>,
  isolation: "read committed" | "repeatable read" = "read committed",
): Promise<void> {
  const sql = await testDatabase({ max: 1 });
  try {
    const reserved = await sql.reserve();
    try {
      await reserved.unsafe(`begin isolation level ${isolation}`);
      const db = new TestContext(reserved);
      await db.addFixtures();
      await test(db);
    } finally {
      await reserved`rollback`;
      reserved.release();
    }
  } finally {
    await sql.end();
  }
}

/** Registers a test that runs in its own transaction, with its fixtures. */
export function test(name: string, body: (db: TestContext) => Promise<void>): void {
  Deno.test(name, () => inTransaction(body));
}

/**
 * A person whose rows are committed, for tests that need several concurrent connections. Deleting the login deletes all rows.
 * `sql` is a pool of connections.
 */
export interface CommittedPerson {
  id: string;
  sql: postgres.Sql;
}

/** Runs `body` with a committed person and a pool of many connections, and deletes the person afterwards. */
export async function withPerson(
  body: (person: CommittedPerson) => Promise<void>,
  connections = 20,
): Promise<void> {
  const sql = await testDatabase({ max: connections, fetch_types: false });
  const id = crypto.randomUUID();
  try {
    await sql`insert into auth.users (id, email) values (${id}, ${`person-${id}@example.com`})`;
    await body({ id, sql });
  } finally {
    await sql`delete from auth.users where id = ${id}`;
    await sql.end();
  }
}

/** Returns the SQLSTATE with which a statement was refused, or undefined. */
export async function refusal(statement: PromiseLike<unknown>): Promise<string | undefined> {
  try {
    await statement;
    return undefined;
  } catch (error) {
    if (error instanceof postgres.PostgresError) return error.code;
    throw error;
  }
}

/**
 * Runs `first` in a transaction that stays open, starts `second` on another connection, lets the first commit once the second
 * waits for it (or has ended without waiting), and returns how the second was refused. Makes races deterministic.
 *
 * @param last A further statement of the first transaction while the second waits: if the two lock in different orders,
 * PostgreSQL ends one of them (40P01).
 */
export async function whileOpen(
  first: string,
  second: string,
  last?: string,
): Promise<{ waited: boolean; refused: string | undefined }> {
  // One connection each, so that a transaction can be opened manually.
  const [one, two] = await Promise.all([testDatabase({ max: 1 }), testDatabase({ max: 1 })]);
  try {
    const [backend] = await two<{ pid: number }[]>`select pg_backend_pid() as pid`;
    await one`begin`;
    await one.unsafe(first);
    let ended = false;
    const outcome = refusal(two.unsafe(second)).finally(() => ended = true);
    let waited = false;
    while (!ended && !waited) {
      const [lock] = await one<
        { waits: boolean }[]
      >`select exists (select from pg_locks where pid = ${backend?.pid ?? 0} and not granted) as waits`;
      waited = lock?.waits === true;
    }
    if (last !== undefined) await one.unsafe(last);
    await one`commit`;
    return { waited, refused: await outcome };
  } finally {
    await Promise.all([one.end(), two.end()]);
  }
}
