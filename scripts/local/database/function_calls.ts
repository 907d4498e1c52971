/**
 * `POST /rest/v1/rpc/<name>` as PostgREST implements it: `json_to_record` reads the arguments from the body, and PostgreSQL builds the
 * response, so that times, numbers and JSON look as on Supabase. @supabase/lite, which serves everything else, formats them differently and
 * needs a dozen statements per call.
 */
import postgres from "postgres";
import type { Caller } from "../auth/credentials.ts";
import { statusOf } from "./data_api_errors.ts";

interface Signature {
  name: string;
  /** Types by argument name; `required` arguments have no default. */
  arguments: Record<string, string>;
  required: string[];
  returns: "nothing" | "value" | "values" | "rows";
}

export class FunctionCalls {
  readonly #sql: postgres.Sql;
  /** Sessions fixed to the service role, whose calls then take a single statement. */
  readonly #service: postgres.Sql;
  #signatures: Promise<Signature[]> | undefined;

  constructor(url: string, private maxRows: number) {
    const options = { max: 20, onnotice: () => {}, idle_timeout: 30 };
    this.#sql = postgres(url, options);
    const connection = { role: "service_role", "request.jwt.claims": '{"role": "service_role"}' };
    this.#service = postgres(url, { ...options, connection });
  }

  /** Call this when the schema has changed. */
  forget(): void {
    this.#signatures = undefined;
  }

  /** Returns undefined if no function has that name and those arguments. */
  async answer(caller: Caller, name: string, body: string, address: string): Promise<Response | undefined> {
    const given = readObject(body);
    if (!given) return undefined;
    const signatures = await (this.#signatures ??= this.#read());
    const signature = signatures.find((one) =>
      one.name === name && Object.keys(given).every((argument) => argument in one.arguments) &&
      one.required.every((argument) => argument in given)
    );
    if (!signature) return undefined;
    const text = statement(signature, Object.keys(given), this.maxRows);
    const call = async (sql: postgres.Sql | postgres.TransactionSql) =>
      (await sql.unsafe<{ body: string | null }[]>(text, [body || "{}"], { prepare: true }))[0]?.body;
    try {
      const result = caller.role === "service_role"
        ? await call(this.#service)
        : await this.#sql.begin(async (sql) => {
          await sql`select set_config('role', ${caller.role}, true),
            set_config('request.jwt.claims', ${caller.claims}, true),
            set_config('request.headers', ${JSON.stringify({ "cf-connecting-ip": address })}, true)`;
          return await call(sql);
        });
      if (signature.returns === "nothing") return new Response(null, { status: 204 });
      return new Response(result ?? "null", {
        headers: { "content-type": "application/json; charset=utf-8" },
      });
    } catch (error) {
      if (!(error instanceof postgres.PostgresError)) throw error;
      const { code, message, detail, hint } = error;
      const status = code === "42501" && caller.role === "anon" ? 401 : statusOf(code);
      return Response.json({ code, details: detail ?? null, hint: hint ?? null, message }, { status });
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#sql.end({ timeout: 1 }), this.#service.end({ timeout: 1 })]);
  }

  async #read(): Promise<Signature[]> {
    return await this.#sql<Signature[]>`
      select
        proname as name,
        coalesce(taken.arguments, '{}') as arguments,
        coalesce(taken.names[:pronargs - pronargdefaults], '{}') as required,
        case
          when prorettype = 'void'::regtype then 'nothing'
          when not proretset then 'value'
          when 't' = any (proargmodes) or typtype = 'c' or prorettype = 'record'::regtype then 'rows'
          else 'values'
        end as returns
      from pg_proc
      join pg_type on pg_type.oid = prorettype
      cross join lateral (
        select
          json_object_agg(proargnames[place], format_type(type, null)) as arguments,
          array_agg(proargnames[place] order by place) as names
        from unnest(proargtypes) with ordinality as argument (type, place)) as taken
      where pronamespace = 'public'::regnamespace and prokind = 'f'
        and (pronargs = 0 or '' <> all (proargnames[:pronargs]))`;
  }
}

function statement(signature: Signature, names: string[], maxRows: number): string {
  const columns = names.map((name) => `${quote(name)} ${signature.arguments[name]}`);
  const values = names.map((name) => `${quote(name)} => args.${quote(name)}`);
  const source = names.length > 0
    ? `json_to_record($1::text::json) as args (${columns})`
    : "(select $1::text::json) as args";
  const call = `public.${quote(signature.name)}(${values})`;
  if (signature.returns === "nothing") return `select ${call}::text as body from ${source}`;
  if (signature.returns === "value") return `select to_json(${call})::text as body from ${source}`;
  const one = signature.returns === "rows" ? "result.*" : `result as ${quote("value")}`;
  const item = signature.returns === "rows" ? "one" : "one.value";
  return `select coalesce(json_agg(${item}), '[]')::text as body
    from (select ${one} from ${source}, lateral ${call} as result limit ${maxRows}) as one`;
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = text === "" ? {} : JSON.parse(text);
    return value !== null && typeof value === "object" && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
