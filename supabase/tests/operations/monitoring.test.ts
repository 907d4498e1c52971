/** Tests that monitoring/ and the runbook match the metrics that the service really exports. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import * as z from "zod";
import { generateDashboard } from "../../../monitoring/dashboard.ts";
import { callFunction, testDatabase } from "../../../scripts/test/stack.ts";

const Rules = z.object({
  groups: z.array(z.object({
    rules: z.array(z.object({
      alert: z.string().optional(),
      expr: z.string(),
      labels: z.object({ severity: z.enum(["info", "warning", "critical"]) }).optional(),
      annotations: z.object({ summary: z.string(), runbook: z.string() }).optional(),
    })),
  })),
});
const RuleTests = z.object({
  tests: z.array(z.object({
    alert_rule_test: z.array(
      z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()).default([]) }),
    ),
  })),
});

async function promtool(...args: string[]) {
  return await new Deno.Command("promtool", { args, stdin: "null", stdout: "piped", stderr: "piped" })
    .output();
}

const ignore = !await promtool("--version").then(({ success }) => success, () => false);
const text = new TextDecoder();

/** Returns the runbook's sections by their GitHub heading anchors. */
async function paragraphs(): Promise<Map<string, string>> {
  const runbook = await Deno.readTextFile("docs/operations.md");
  return new Map(
    runbook.split(/^#{2,3} /m).slice(1).map((part) => {
      const [heading = "", ...body] = part.split("\n");
      return [heading.toLowerCase().replace(/[^\w -]/g, "").trim().replaceAll(" ", "-"), body.join("\n")];
    }),
  );
}

/** Returns the metrics that an expression reads; recording rules, whose names have colons, do not match. */
const metricsIn = (expr: string) => expr.match(/\bstreamvibe_\w+\b/g) ?? [];

async function known(): Promise<Set<string>> {
  const { body, status } = await callFunction<{ text: string }>("metrics", { as: "secret" });
  assert.equal(status, 200);
  const names = [...body.text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name = "", type]) =>
    type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]
  );
  return new Set(names);
}

Deno.test("each database alert has a runbook section: meaning, where to look, what to do", async () => {
  const sql = await testDatabase();
  try {
    const rules = await sql<{ name: string }[]>`select name from ops.alert_rule`;
    const found = await paragraphs();
    const written = [...found.keys()].filter((anchor) => anchor.startsWith("alert-"));
    assert.deepEqual(
      written.toSorted(),
      rules.map(({ name }) => `alert-${name.replaceAll("_", "-")}`).toSorted(),
    );
    for (const anchor of written) {
      for (const part of ["**Meaning**:", "**Look here**:", "**Do this**:"]) {
        assert.ok(found.get(anchor)?.includes(part), `${anchor} lacks ${part}`);
      }
    }
  } finally {
    await sql.end();
  }
});

Deno.test(
  { name: "Prometheus accepts the rules, and each fires and stays silent as its tests state", ignore },
  async () => {
    for (
      const [task, file] of [["check", "monitoring/rules.yml"], [
        "test",
        "monitoring/rules.test.yml",
      ]] as const
    ) {
      const { success, stdout, stderr } = await promtool(task, "rules", file);
      assert.ok(success, text.decode(stdout) + text.decode(stderr));
    }
  },
);

Deno.test("each Prometheus alert has a test that fires, a test that stays silent, a runbook section, and existing metrics", async () => {
  const rules = Rules.parse(parse(await Deno.readTextFile("monitoring/rules.yml"))).groups.flatMap((
    { rules },
  ) => rules);
  const tests = RuleTests.parse(parse(await Deno.readTextFile("monitoring/rules.test.yml"))).tests
    .flatMap(({ alert_rule_test }) => alert_rule_test);
  const anchors = await paragraphs();
  const names = await known();
  for (const { alert, expr, annotations, labels } of rules) {
    for (const name of metricsIn(expr)) {
      assert.ok(names.has(name), `${alert ?? expr}: ${name} is not in /metrics`);
    }
    if (!alert) continue;
    assert.ok(labels?.severity, alert);
    const own = tests.filter(({ alertname }) => alertname === alert);
    assert.ok(
      own.some(({ exp_alerts }) => exp_alerts.length > 0) &&
        own.some(({ exp_alerts }) => exp_alerts.length === 0),
      alert,
    );
    const [page, anchor = ""] = annotations?.runbook.split("#") ?? [];
    assert.equal(page, "docs/operations.md");
    assert.ok(anchors.has(anchor), `${alert}: ${anchor}`);
  }
});

Deno.test("the dashboard matches its generator and uses only existing metrics, and every metric is used", async () => {
  const [[file, made] = ["", ""]] = Object.entries(generateDashboard());
  assert.equal(await Deno.readTextFile(file), made, "run deno task generate");
  const names = await known();
  const drawn = metricsIn(made);
  assert.ok(drawn.length > 30);
  for (const name of drawn) assert.ok(names.has(name), `${name} is not in /metrics`);
  const ids = [...made.matchAll(/^ {6}"id": (\d+),/gm)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length);
  // The reverse: every exported metric is used.
  const looked = new Set([...drawn, ...metricsIn(await Deno.readTextFile("monitoring/rules.yml"))]);
  const unseen = [...names].filter((name) => !looked.has(name) && !/_(sum|count)$/.test(name));
  assert.deepEqual(unseen, []);
});

Deno.test({ name: "Prometheus can parse the output of /metrics", ignore }, async () => {
  const { body } = await callFunction<{ text: string }>("metrics", { as: "secret" });
  const child = new Deno.Command("promtool", {
    args: ["check", "metrics"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(body.text));
  await writer.close();
  const { code, stderr } = await child.output();
  // 3: promtool parsed everything, and only criticizes naming.
  assert.ok(code === 0 || code === 3, text.decode(stderr));
});
