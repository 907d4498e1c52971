/** Tests each model adapter against its simulated provider: the request, the response, the meaning of each failure and whether it may be charged. */
import assert from "node:assert/strict";
import { simulatorSettings } from "../../../../scripts/local/functions/environment.ts";
import { OpenApiDocument } from "../../../../scripts/simulators/openapi_document.ts";
import { type SimulatorClient, withSimulator } from "../../../../scripts/simulators/simulator_client.ts";
import { judge } from "../../_shared/ai/generate.ts";
import { writePrompt } from "../../_shared/ai/prompt.ts";
import {
  AiFault,
  type ModelAnswer,
  type ModelRequest,
  type ProviderSlug,
} from "../../_shared/ai/provider.ts";
import { ADAPTERS } from "../../_shared/ai/registry.ts";
import type { Context } from "../../_shared/context.ts";
import { createLogger } from "../../_shared/observability/log.ts";
import { readSettings } from "../../_shared/settings/settings.ts";
import { briefOf } from "../support/ai_brief.ts";

interface Way {
  name: string;
  slug: ProviderSlug;
  model: string;
  /** Path in the simulator, as the fault injector matches it. */
  path: string;
  settings?: (url: string) => Record<string, string>;
  /** The provider's own API document, and the path in it. */
  document?: [file: string, path: string];
  /** Seconds to wait that a 429 response asks for. */
  wait: number | null;
}

const WAYS: Way[] = [
  {
    name: "openai",
    slug: "openai",
    model: "gpt-6-luna",
    path: "/v1/responses",
    document: ["openai.openapi.yaml", "/responses"],
    wait: 2,
  },
  {
    name: "anthropic",
    slug: "anthropic",
    model: "claude-haiku-5-5",
    path: "/v1/messages",
    document: ["anthropic.openapi.json", "/v1/messages"],
    wait: 3,
  },
  { name: "google", slug: "google", model: "gemini-3.5-flash-lite", path: ":generateContent", wait: 34 },
  { name: "local, Ollama", slug: "local", model: "llama3.2", path: "/api/chat", wait: null },
  {
    name: "local, chat completions",
    slug: "local",
    model: "llama3.2",
    path: "/v1/chat/completions",
    settings: (url) => ({ LOCAL_AI_ENDPOINT: `${url}/localhost/v1` }),
    document: ["openai.openapi.yaml", "/chat/completions"],
    wait: null,
  },
];

const KEY = "sk-planted-key-of-the-adapters-test";
const PRIVATE = "planted-private-text-of-the-adapters-test";

class Asked {
  readonly lines: string[] = [];
  readonly exchanges: { request: unknown; status: number; answer: unknown }[] = [];
  readonly prompt = writePrompt(briefOf({ description: PRIVATE }));

  constructor(readonly way: Way, readonly url: string, readonly settings: Record<string, string> = {}) {}

  async ask(): Promise<ModelAnswer> {
    const { way, url } = this;
    const context: Partial<Context> = {
      settings: readSettings({
        SUPABASE_URL: "http://127.0.0.1:1",
        ...simulatorSettings(url),
        ...way.settings?.(url),
        ...this.settings,
      }),
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        const text = await response.clone().text();
        this.exchanges.push({
          request: JSON.parse(String(init?.body)),
          status: response.status,
          answer: read(text),
        });
        return response;
      },
      request_id: "adapters",
      log: createLogger({ level: "debug", sink: (line) => this.lines.push(line) }),
    };
    const request: ModelRequest = {
      ...this.prompt.request,
      model: way.model,
      key: KEY,
      max_output_tokens: 2_048,
      safety_id: "a".repeat(32),
    };
    return await (await ADAPTERS[way.slug]()).ask(context as Context, request);
  }

  /** Asks, and returns the fault that results. */
  async fault(): Promise<AiFault> {
    const error = await this.ask().then(() => assert.fail("expected a fault"), (error: unknown) => error);
    if (!(error instanceof AiFault)) throw error;
    const said = `${Deno.inspect(error)} ${this.lines.join("\n")}`;
    assert.ok(!said.includes(KEY) && !said.includes(PRIVATE), `the key or the prompt is in ${said}`);
    return error;
  }

  outcome(answer: ModelAnswer) {
    const outcome = judge(answer, this.prompt.frame);
    return outcome.kind === "faulty" ? outcome.name : outcome.kind;
  }
}

const read = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const calls = async (simulator: SimulatorClient) =>
  (await simulator.admin("GET", `requests?account=${KEY}`)).count as number;

for (const way of WAYS) {
  const { name } = way;
  const fault = (simulator: SimulatorClient, about: Record<string, unknown>) =>
    simulator.fault(way.path, about, { account: KEY });

  Deno.test(`${name}: requests and responses of every kind match the provider's own API document`, async () => {
    await withSimulator(async (simulator) => {
      const document = way.document && OpenApiDocument.load(way.document[0]);
      const kinds: [reason: string, outcome: string][] = [
        ["", "valid"],
        ["cached", "valid"],
        ["fenced", "valid"],
        ["thinking", "valid"],
        ["prose", "invalid"],
        ["empty", "invalid"],
        ["truncated", "truncated"],
        ["truncated_whole", "truncated"],
        // Ollama has no code for these two.
        ["refusal", name === "local, Ollama" ? "invalid" : name === "google" ? "filtered" : "refused"],
        ["filtered", name === "local, Ollama" ? "invalid" : name === "anthropic" ? "refused" : "filtered"],
      ];
      for (const [reason, outcome] of kinds) {
        if (reason) await fault(simulator, { reason });
        const asked = new Asked(way, simulator.url);
        const answer = await asked.ask();
        assert.equal(asked.outcome(answer), outcome, `${reason}: ${answer.text.slice(0, 200)}`);
        const { usage } = answer;
        assert.ok(
          usage && usage.prompt_tokens > 100,
          "token usage is reported for every response, usable or not",
        );
        assert.equal(
          usage.thought_tokens > 0,
          reason === "thinking" && way.slug !== "local" || reason === "cached" && way.slug !== "local",
        );
        const [exchange] = asked.exchanges;
        if (document && way.document) {
          assert.deepEqual(document.request("POST", way.document[1], exchange?.request), []);
          assert.deepEqual(document.answer("POST", way.document[1], 200, exchange?.answer), [], reason);
        }
      }
    });
  });

  Deno.test(`${name}: an error response is classified, costs nothing, is not retried and quotes no key or prompt`, async () => {
    await withSimulator(async (simulator) => {
      const document = way.document && OpenApiDocument.load(way.document[0]);
      const kinds: [about: Record<string, unknown>, kind: string][] = [
        [{ reason: "invalid_key" }, "unauthorized"],
        [{ reason: "out_of_credit" }, way.slug === "google" ? "rate_limited" : "out_of_credit"],
        [{ reason: "rate_limited" }, "rate_limited"],
        [{ reason: "overloaded" }, "overloaded"],
        [{ reason: "context_too_long" }, name === "local, Ollama" ? "bad_request" : "context_too_long"],
        [{ reason: "model_unknown" }, "model_unknown"],
        [{ status: 413 }, "context_too_long"],
        [{ status: 500 }, "overloaded"],
        [{ status: 504 }, "overloaded"],
        [{ status: 529 }, "overloaded"],
        [{ status: 502, body: "<html>Bad gateway</html>" }, "overloaded"],
      ];
      for (const [about, kind] of kinds) {
        await fault(simulator, about);
        const before = await calls(simulator);
        const asked = new Asked(way, simulator.url);
        const { kind: found, may_be_charged, retry_after } = await asked.fault();
        assert.deepEqual([found, may_be_charged], [kind, false], JSON.stringify(about));
        assert.equal(await calls(simulator) - before, 1, "once");
        if (about.reason === "rate_limited") assert.equal(retry_after, way.wait);
        const [exchange] = asked.exchanges;
        if (document && way.document && about.reason) {
          assert.deepEqual(
            document.answer("POST", way.document[1], exchange?.status ?? 0, exchange?.answer),
            [],
          );
        }
      }
    });
  });

  Deno.test(`${name}: a lost, late, truncated or malformed response may be charged; a refused connection may not`, async () => {
    let gone = "";
    await withSimulator(async (simulator) => {
      gone = simulator.url;
      const kinds: [about: Record<string, unknown>, kind: string][] = [
        [{ cut: "before" }, "unreachable"],
        [{ cut: "headers" }, "unreachable"],
        [{ cut: "body" }, "unreachable"],
        [{ lost: true }, "unreachable"],
        [{ malformed: true }, "malformed"],
        [{ status: 200, body: "Service is starting" }, "malformed"],
        [{ status: 200, body: { object: "something else" } }, way.slug === "google" ? "" : "malformed"],
        [{ delay_ms: 20_000 }, "unreachable"],
      ];
      for (const [about, kind] of kinds) {
        await fault(simulator, about);
        const before = await calls(simulator);
        const asked = new Asked(way, simulator.url, about.delay_ms ? { AI_TIMEOUT_MS: "300" } : {});
        if (kind === "") {
          // Every field of its response is optional, so this is a valid response without text or usage.
          const answer = await asked.ask();
          assert.deepEqual([asked.outcome(answer), answer.usage], ["invalid", null]);
          continue;
        }
        const found = await asked.fault();
        assert.deepEqual([found.kind, found.may_be_charged], [kind, true], JSON.stringify(about));
        assert.ok(await calls(simulator) - before <= 1, "once");
      }
    });
    const { kind, may_be_charged } = await new Asked(way, gone).fault();
    assert.deepEqual([kind, may_be_charged], ["unreachable", false]);
  });
}
