/** The users of `bench load`: their sessions, and one step of one of them. */
import type postgres from "postgres";
import { createClient } from "@supabase/supabase-js";
import type { StackInfo } from "../../local/stack.ts";
import { drawn, filled, LOAD_SCENARIOS, type LoadScenario, type Placeholder } from "./scenarios.ts";

/** One request. */
export interface Sent {
  name: string;
  /** When it was to begin (`performance.now()`), and how long after that its answer was there. */
  due: number;
  ms: number;
  /** What it failed with: the kind, and one example of the text. */
  error: { kind: string; text: string } | null;
}

type Place = Pick<StackInfo, "api_url" | "publishable_key" | "secret_key">;
export type LoadStep = LoadScenario["steps"][number];

/** Nobody waits longer. */
const PATIENCE_MS = 30_000;
/** What the placeholders of the scenarios are filled in from. */
const VALUES: Record<Placeholder, string> = {
  slug: "select profile_slug from public.users where is_public",
  creator: "select id from public.users where is_public",
  item: "select id from ops.public_item",
  word:
    "select distinct (regexp_match(title, '[[:alpha:]]{4,}'))[1] from public.content_item where title ~ '[[:alpha:]]{4}'",
};

export class Traffic {
  /** Of the phase that is under way. */
  sent: Sent[] = [];
  #values = new Map<Placeholder, string[]>();

  private constructor(private place: Place, private tokens: Record<LoadScenario["who"], string[]>) {}

  /** Signs everybody in, the last as an admin. */
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

  /** What one of the users does next. */
  async step(due: number): Promise<void> {
    const { who, steps } = drawn(LOAD_SCENARIOS, Math.random());
    await this.send(drawn(steps, Math.random()), oneOf(this.tokens[who]), due);
  }

  /** Each kind of step, one after the other, again until it is answered; says what never is. */
  async warmUp(): Promise<void> {
    let waiting = LOAD_SCENARIOS.flatMap(({ who, steps }) => steps.map((step) => ({ who, step })));
    // The second time each function's process is up, and has its connections.
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

  /** As one of the people, by number; without one as a visitor. */
  async sendAs(step: LoadStep, number: number | null, due: number): Promise<void> {
    await this.send(step, number === null ? undefined : this.tokens.creator[number], due);
  }

  /** What was sent since the last call. */
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
