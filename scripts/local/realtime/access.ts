/** Who connects, and what a private channel lets them do: keys, tokens, and the policies on `realtime.messages`. */
import type postgres from "postgres";
import type { Keys } from "../auth/keys.ts";
import { TokenError, type Tokens } from "../auth/tokens.ts";
import type { Reader } from "./feed.ts";

export interface Identity extends Reader {
  token: string;
  /** Seconds since 1970; a key never expires. */
  expires: number;
}

/** A refusal with the platform's error code and message. */
export class AccessError extends Error {
  constructor(readonly code: string, message: string) {
    super(message);
  }
}

export const EXTENSIONS = ["broadcast", "presence"] as const;
export type Rights = Record<typeof EXTENSIONS[number], boolean>;

export class Access {
  constructor(private keys: Keys, private tokens: Tokens, private sql: () => postgres.Sql) {}

  /** Identifies the caller by `apikey`, which every connection has. */
  identifyKey(key: string | null): Identity {
    if (!key) throw new AccessError("MissingAPIKey", "API key is missing");
    const role = key === this.keys.secret_key
      ? "service_role"
      : key === this.keys.publishable_key
      ? "anon"
      : "";
    if (!role) throw new AccessError("MalformedJWT", "The token provided is not a valid JWT");
    return { role, claims: JSON.stringify({ role }), token: key, expires: Infinity };
  }

  async identify(token: string): Promise<Identity> {
    try {
      const claims = await this.tokens.verify(token);
      const { sub, role, exp } = claims;
      return { role: String(role), sub, claims: JSON.stringify(claims), token, expires: Number(exp) };
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      if (error.reason === "expired") throw new AccessError("InvalidJWTToken", expiredText(token));
      throw error.reason === "malformed"
        ? new AccessError("MalformedJWT", "The token provided is not a valid JWT")
        : new AccessError("JwtSignatureError", "Failed to validate JWT signature");
    }
  }

  /** Tries to read one message of each kind on the topic as the reader, then rolls back. */
  async mayRead(reader: Reader, topic: string): Promise<Rights> {
    const ids = EXTENSIONS.map(() => crypto.randomUUID());
    return await this.#probe(async (sql) => {
      await sql`insert into realtime.messages ${
        sql(ids.map((id, at) => ({ id, topic, extension: EXTENSIONS[at] ?? "" })))
      }`;
      await become(sql, reader, topic);
      const seen = await sql<{ id: string }[]>`select id from realtime.messages where id in ${sql(ids)}`;
      const has = (at: number) => seen.some(({ id }) => id === ids[at]);
      return { broadcast: has(0), presence: has(1) };
    });
  }

  async maySend(reader: Reader, topic: string): Promise<Rights> {
    const rights = { broadcast: false, presence: false };
    await this.#probe(async (sql) => {
      await become(sql, reader, topic);
      for (const extension of EXTENSIONS) {
        rights[extension] = await sql.savepoint((sql) =>
          sql`insert into realtime.messages (topic, extension) values (${topic}, ${extension})`
        ).then(() => true, () => false);
      }
    });
    return rights;
  }

  async #probe<Result>(work: (sql: postgres.TransactionSql) => Promise<Result>): Promise<Result> {
    const undone = new Error("undone");
    let result: { value: Result } | undefined;
    await this.sql().begin(async (sql) => {
      result = { value: await work(sql) };
      throw undone;
    }).catch((error) => {
      if (error !== undone) throw error;
    });
    if (!result) throw new Error("Cannot read a channel's policies");
    return result.value;
  }
}

async function become(
  sql: postgres.TransactionSql,
  { role, claims, sub }: Reader,
  topic: string,
): Promise<void> {
  await sql`select set_config('role', ${role}, true), set_config('realtime.topic', ${topic}, true),
    set_config('request.jwt.claims', ${claims}, true), set_config('request.jwt.claim.role', ${role}, true),
    set_config('request.jwt.claim.sub', ${sub ?? ""}, true)`;
}

/** Also accepts unverified tokens: it reports only the expiry. */
export function expiredText(token: string): string {
  try {
    const { exp } = JSON.parse(atob((token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/")));
    return `Token has expired ${Math.max(0, Math.floor(Date.now() / 1000) - Number(exp))} seconds ago`;
  } catch {
    return "Token has expired";
  }
}
