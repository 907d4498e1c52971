/** Tests the delivery of alerts: once on each channel, again after a failure, and in quiet hours later or not at all. */
import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { simulator, testDatabase, testStack } from "../../../../scripts/test/stack.ts";
import { isQuiet } from "../../_shared/alerts/quiet_hours.ts";
import { sendAlerts } from "../../_shared/alerts/send_alerts.ts";
import { connectionContext } from "../support/connection_context.ts";

const SECRET = `whsec_${btoa("0123456789abcdef0123456789abcdef")}`;

interface Received {
  to: string;
  text: string;
  body: Record<string, unknown>;
}

/** Creates a Slack channel, an email address and a pager for one test, with what each received about the test's subject. */
async function outside(changes: Record<string, string> = {}) {
  const sql = await testDatabase();
  const run = crypto.randomUUID().slice(0, 8);
  const pager: { headers: Record<string, string>; body: string }[] = [];
  let status = 200;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    pager.push({ headers: Object.fromEntries(request.headers), body: await request.text() });
    return new Response("", { status });
  });
  const { port } = server.addr as Deno.NetAddr;
  const { simulator_url } = await testStack();
  const channel = `T${run}/B1/token`;
  const context = await connectionContext({
    ALERT_SLACK_WEBHOOK_URL: `${simulator_url}/hooks.slack.com/services/${channel}`,
    ALERT_EMAIL_TO: `ops-${run}@example.com`,
    RESEND_API_KEY: `re_${run}`,
    RESEND_API_URL: `${simulator_url}/api.resend.com`,
    MAIL_FROM: "StreamVibe <alerts@example.com>",
    ALERT_WEBHOOK_URL: `http://127.0.0.1:${port}/pager`,
    ALERT_WEBHOOK_SECRET: SECRET,
    ALERT_RUNBOOK_URL: "https://example.com/operations.md",
    CONSOLE_URL: "https://console.example.com",
    ...changes,
  });
  const subject = `subject-${run}`;
  const came = async (provider: string, to: string) =>
    (await simulator<{ messages: Received[] }>(`${provider}/received?to=${encodeURIComponent(to)}`)).messages
      .filter(({ body }) => JSON.stringify(body).includes(subject));
  return {
    sql,
    context,
    subject,
    channel,
    key: `re_${run}`,
    pagerAnswers: (given: number) => status = given,
    slack: () => came("slack", channel),
    mail: () => came("resend", `ops-${run}@example.com`),
    pager: () => pager.filter(({ body }) => body.includes(subject)),
    async event(kind = "firing", severity = "critical", of: string | null = null): Promise<string> {
      const [row] = await sql<{ id: string }[]>`
        insert into ops.alert_event (name, subject, kind, severity, title, summary, place, began_at, fired_event_id)
        values ('dead_letters', ${subject}, ${kind}, ${severity}, 'Jobs <have> failed', 'Several & more', '{"page": "dead_letters", "handler": "sync_youtube"}',
          now(), ${of}) returning id`;
      return row?.id ?? assert.fail();
    },
    /** Makes failed deliveries due immediately. */
    due: () => sql`update ops.alert_delivery set next_at = now() where next_at is not null`,
    deliveries: (id: string) =>
      sql<{ channel: string; status: string; attempts: number; last_error: string | null }[]>`
        select channel, status, attempts, last_error from ops.alert_delivery where event_id = ${id} order by channel`,
    async [Symbol.asyncDispose]() {
      await sql`delete from ops.alert_event where subject = ${subject}`;
      await sql`delete from ops.alert_delivery where status = 'waiting'`;
      await sql.end();
      await server.shutdown();
    },
  };
}

Deno.test("an alert reaches Slack, a mailbox and a pager once each, and says what to do", async () => {
  await using own = await outside();
  const id = await own.event();
  await Promise.all([sendAlerts(own.context), sendAlerts(own.context)]);
  await sendAlerts(own.context);

  const [slack, ...more] = await own.slack();
  assert.ok(slack && more.length === 0);
  assert.equal(slack.text, `🔴 Jobs &lt;have&gt; failed (${own.subject}) [critical, local]`);
  const said = JSON.stringify(slack.body);
  assert.ok(said.includes("<https://example.com/operations.md#alert-dead-letters|what to do>"));
  assert.ok(said.includes("https://console.example.com/dead_letters?handler=sync_youtube"));
  assert.ok(said.includes("Several &amp; more"));

  const mails = await own.mail();
  assert.equal(mails.length, 1);
  assert.equal(mails[0]?.text, `Jobs <have> failed (${own.subject}) [critical, local]`);
  assert.match(
    String(mails[0]?.body.text),
    /What to do: https:\/\/example\.com\/operations\.md#alert-dead-letters/,
  );

  const [page, ...others] = own.pager();
  assert.ok(page && others.length === 0);
  const event = new Webhook(SECRET).verify(page.body, page.headers) as {
    type: string;
    data: Record<string, unknown>;
  };
  assert.deepEqual([event.type, event.data.dedupe_key, event.data.severity], [
    "alert.firing",
    id,
    "critical",
  ]);

  const over = await own.event("resolved", "critical", id);
  await sendAlerts(own.context);
  assert.match((await own.slack()).at(-1)?.text ?? "", /^✅ Over: Jobs/);
  const closed = JSON.parse(own.pager().at(-1)?.body ?? "{}");
  assert.deepEqual(
    [closed.type, closed.data.dedupe_key],
    ["alert.resolved", id],
    "the event resolves the incident that it opened",
  );
  assert.deepEqual((await own.deliveries(over)).map(({ status }) => status), ["sent", "sent", "sent"]);
});

Deno.test("a failing channel does not delay the others and is retried; an email that may have been sent is not sent twice", async () => {
  await using own = await outside();
  await simulator("faults", {
    match: "hooks.slack.com",
    account: own.channel,
    times: 2,
    fault: { reason: "no_service" },
  });
  await simulator("faults", {
    match: "api.resend.com",
    account: own.key,
    fault: { after: true, status: 500 },
  });
  own.pagerAnswers(503);
  const id = await own.event();
  await sendAlerts(own.context);
  assert.deepEqual(
    (await own.deliveries(id)).map((
      { channel, status, attempts, last_error },
    ) => [channel, status, attempts, last_error]),
    [
      ["email", "waiting", 1, "it answered 500"],
      ["slack", "waiting", 1, "it answered 404: no_service"],
      ["webhook", "waiting", 1, "it answered 503"],
    ],
  );
  await sendAlerts(own.context);
  assert.equal(own.pager().length, 1, "no retry before it is due");
  own.pagerAnswers(200);
  for (let attempt = 0; attempt < 3; attempt++) {
    await own.due();
    await sendAlerts(own.context);
  }
  assert.deepEqual((await own.deliveries(id)).map(({ status }) => status), ["sent", "sent", "sent"]);
  assert.equal((await own.slack()).length, 1);
  assert.equal((await own.mail()).length, 1, "the retry used the same Idempotency-Key");
  const [first, second] = own.pager();
  assert.equal(first?.headers["webhook-id"], second?.headers["webhook-id"]);
  assert.ok(
    !own.context.lines.join().includes("/services/"),
    "the secret webhook URL is in no log line",
  );
});

Deno.test("messages claimed by a sender that dies are sent after its lease expires", async () => {
  await using own = await outside();
  const id = await own.event();
  const dead = await own.context.admin.call("claim_alert_deliveries", {
    p_channels: ["slack", "email", "webhook"],
    p_limit: 100,
  });
  assert.ok(JSON.stringify(dead).includes(own.subject));
  await sendAlerts(own.context);
  assert.equal((await own.slack()).length, 0, "another sender still holds the lease");
  await own.due();
  await sendAlerts(own.context);
  assert.deepEqual((await own.deliveries(id)).map(({ status, attempts }) => [status, attempts]), [
    ["sent", 2],
    ["sent", 2],
    ["sent", 2],
  ]);
  assert.equal((await own.slack()).length, 1);
});

Deno.test("during quiet hours only critical alerts are sent; alerts resolved before their end are never sent", async () => {
  await using own = await outside({
    ALERT_QUIET_HOURS: "22:00-07:00",
    ALERT_TIME_ZONE: "Europe/Berlin",
    ALERT_QUIET_SEVERITIES: "info,warning",
  });
  const at = (time: string) => ({ ...own.context, now: () => new Date(time) });
  const night = at("2026-11-27T02:00:00Z");
  const critical = await own.event("firing", "critical");
  const lasts = await own.event("firing", "warning");
  const passes = await own.event("firing", "warning");
  const over = await own.event("resolved", "warning", passes);
  await sendAlerts(night);
  assert.deepEqual((await own.deliveries(critical)).map(({ status }) => status), ["sent", "sent", "sent"]);
  assert.equal((await own.deliveries(lasts)).length, 0);
  await sendAlerts(at("2026-11-27T06:00:00Z"));
  assert.deepEqual(
    (await own.deliveries(lasts)).map(({ status }) => status),
    ["sent", "sent", "sent"],
    "7 in Berlin",
  );
  for (const event of [passes, over]) {
    assert.deepEqual((await own.deliveries(event)).map(({ status }) => status), [
      "skipped",
      "skipped",
      "skipped",
    ]);
  }
  assert.equal((await own.slack()).length, 2);
});

Deno.test("quiet hours follow local time, also on the days of clock changes", () => {
  const berlin = (time: string, hours = "22:00-07:00") => isQuiet(hours, "Europe/Berlin", new Date(time));
  for (
    const [time, expected] of [
      ["2026-11-26T20:59:00Z", false], // 21:59
      ["2026-11-26T21:00:00Z", true],
      ["2026-11-27T05:59:00Z", true],
      ["2026-11-27T06:00:00Z", false],
      // 29 March 2026: 02:00 becomes 03:00, so 07:00 is an hour earlier in UTC.
      ["2026-03-29T04:59:00Z", true],
      ["2026-03-29T05:00:00Z", false],
      // 25 October 2026: the hour from 02:00 occurs twice.
      ["2026-10-25T00:30:00Z", true],
      ["2026-10-25T01:30:00Z", true],
      ["2026-10-25T05:59:00Z", true],
      ["2026-10-25T06:00:00Z", false],
    ] as const
  ) assert.equal(berlin(time), expected, time);
  // 02:30 does not exist on 29 March, and occurs twice on 25 October.
  assert.equal(berlin("2026-03-29T01:00:00Z", "02:30-03:00"), false);
  assert.deepEqual(
    ["2026-10-25T00:45:00Z", "2026-10-25T01:45:00Z"].map((time) => berlin(time, "02:30-03:00")),
    [true, true],
  );
  assert.equal(isQuiet(undefined, "UTC", new Date()), false);
  assert.equal(isQuiet("00:00-00:00", "UTC", new Date()), true);
});
