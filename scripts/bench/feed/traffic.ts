/** The users of `bench load`: their sessions and their steps. */
import type postgres from "postgres";
import { createClient } from "@supabase/supabase-js";
import type { StackInfo } from "../../local/stack.ts";
import { drawn, filled, LOAD_SCENARIOS, type LoadScenario, type Placeholder } from "./scenarios.ts";

/** One request. */
export interface Sent {
  name: string;
  /** The scheduled start (`performance.now()`). */
  due: number;
  ms: number;
  /** Why it failed: the kind, and the beginning of the text. */
  error: { kind: string; text: string } | null;
}

type Place = Pick<StackInfo, "api_url" | "publishable_key" | "secret_key">;
export type LoadStep = LoadScenario["steps"][number];

/** Timeout of a request. */
const PATIENCE_MS = 30_000;
/** Queries for the values of the scenarios' placeholders. */
const VALUES: Record<Placeholder, string> = {
  slug: "select profile_slug from public.users where is_public",
  creator: "select id from public.users where is_public",
  item: "select id from ops.public_item",
  word:
    "select distinct (regexp_match(title, '[[:alpha:]]{4,}'))[1] from public.content_item where title ~ '[[:alpha:]]{4}'",
};

export class Traffic {
  /** Requests of the current phase. */
  sent: Sent[] = [];
  #values = new Map<Placeholder, string[]>();

  private constructor(private place: Place, private tokens: Record<LoadScenario["who"], string[]>) {}

  /** Signs everybody in; the last reader becomes an admin. */
  static async of(place: Place, owner: postgres.Sql, readers: string[]): Promise<Traffic> {
    const creator = await signedIn(place, readers);
    await owner`insert into public.user_role (user_id, role) values (${readers.at(-1) ?? ""}, 'admin')
      on conflict do nothing`;
    const traffic = new Traffic(place, { visitor: [], creator, operator: creator.slice(-1) });
    for (const [name, query] of Object.entries(VALUES)) {
      const rows = await owner.unsafe(`${query} limit 500`).values();
      traffic.#values.set(name as Placeholder, rows.map(([value]) => encodeURIComponent(String(value))));
    }
    return traffic;
  }

  /** Runs the next step of a randomly chosen user. */
  async step(due: number): Promise<void> {
    const { who, steps } = drawn(LOAD_SCENARIOS, Math.random());
    await this.send(drawn(steps, Math.random()), oneOf(this.tokens[who]), due);
  }

  /** Runs each kind of step in sequence and repeats those that fail; prints the errors of steps that never succeed. */
  async warmUp(): Promise<void> {
    let waiting = LOAD_SCENARIOS.flatMap(({ who, steps }) => steps.map((step) => ({ who, step })));
    // In the second pass, each function's process is running and has its connections.
    for (let pass = 0; pass < 10 && waiting.length > 0; pass++) {
      const left: typeof waiting = [];
      for (const one of waiting) {
        await this.send(one.step, oneOf(this.tokens[one.who]), performance.now());
        if (pass === 0 || this.sent.at(-1)?.error) left.push(one);
      }
      waiting = left;
    }
    for (const { error } of waiting.length > 0 ? this.sent.slice(-waiting.length) : []) {
      if (error) console.log(`  ${error.kind}: ${error.text}`);
    }
    this.sent = [];
  }

  /** Sends a request as the creator with this number, or as a visitor if it is null. */
  async sendAs(step: LoadStep, number: number | null, due: number): Promise<void> {
    await this.send(step, number === null ? undefined : this.tokens.creator[number], due);
  }

  /** Returns the requests since the last call. */
  taken(): Sent[] {
    const { sent } = this;
    this.sent = [];
    return sent;
  }

  private async send({ name, path, body }: LoadStep, token: string | undefined, due: number): Promise<void> {
    const fill = (text: string) => filled(text, (word) => oneOf(this.#values.get(word) ?? []) ?? "");
    let error: Sent["error"] = null;
    try {
      const response = await fetch(this.place.api_url + fill(path), {
        method: body ? "POST" : "GET",
        headers: {
          apikey: this.place.publishable_key,
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(body ? { "content-type": "application/json" } : {}),
        },
        body: body ? fill(JSON.stringify(body)) : null,
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const text = await response.text();
      if (!response.ok) error = { kind: `${name}: ${response.status}`, text: text.slice(0, 300) };
    } catch (thrown) {
      const { name: kind, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
      error = { kind: `${name}: ${kind}`, text: message };
    }
    this.sent.push({ name, due, ms: performance.now() - due, error });
  }
}

function oneOf<T>(of: readonly T[]): T | undefined {
  return of[Math.floor(Math.random() * of.length)];
}

async function signedIn(place: Place, people: string[]): Promise<string[]> {
  const auth = { persistSession: false, autoRefreshToken: false };
  const service = createClient(place.api_url, place.secret_key, { auth });
  const tokens: string[] = [];
  const waiting = people.entries();
  const sign = async () => {
    for (const [number, id] of waiting) {
      const password = crypto.randomUUID();
      const { data, error } = await service.auth.admin.updateUserById(id, { password, email_confirm: true });
      if (error) throw error;
      const app = createClient(place.api_url, place.publishable_key, { auth });
      const signed = await app.auth.signInWithPassword({ email: data.user.email ?? "", password });
      if (signed.error) throw signed.error;
      tokens[number] = signed.data.session.access_token;
    }
  };
  await Promise.all(Array.from({ length: 8 }, sign));
  return tokens;
}
