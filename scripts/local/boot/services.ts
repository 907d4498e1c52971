/** The parts in the stack's own process: gateway with Auth and Data API, functions host, cron and net runners. */
import { join } from "node:path";
import postgres from "postgres";
import { AuthMailer } from "../auth/mail.ts";
import type { Logins } from "../database/bootstrap.ts";
import type { Reporter } from "../home/console.ts";
import { FunctionCalls } from "../database/function_calls.ts";
import { CronRunner } from "../database/cron_runner.ts";
import { quietAnsweredErrors } from "../database/data_api_errors.ts";
import { makeFunctionEnvironment } from "../functions/environment.ts";
import { FunctionsHost } from "../functions/host.ts";
import { findRuntime } from "../functions/runtime.ts";
import { makeGateway } from "../gateway/gateway.ts";
import type { Home, StackInfo } from "../home/home.ts";
import type { Keys } from "../auth/keys.ts";
import { Mailbox } from "../mail/mailbox.ts";
import { NetRunner } from "../database/net_runner.ts";
import type { Children } from "../home/processes.ts";
import type { Relay } from "../realtime/relay.ts";
import { ROOT, type StackSettings } from "../home/settings.ts";
import { makeAuthApp, makeDataApiApp, type SupabaseApp } from "../database/supabase_apps.ts";
import { readSupabaseConfig } from "../home/supabase_config.ts";
import { LocalStorage } from "../storage/storage.ts";
import { Tokens } from "../auth/tokens.ts";

interface ServiceParts {
  settings: StackSettings;
  home: Home;
  children: Children;
  keys: Keys;
  logins: Logins;
  apiPort: number;
  simulatorUrl: string;
  reporter: Reporter;
  functions: FunctionsHost;
  /** Also shown on the gateway's front page. */
  info: StackInfo;
}

/** Creates the functions host. It needs neither database nor gateway until a function is called, so it can start before them. */
export async function makeFunctions(parts: Omit<ServiceParts, "functions" | "info">): Promise<FunctionsHost> {
  const { settings, home, children, keys, logins, apiPort, simulatorUrl, reporter } = parts;
  const apiUrl = `http://127.0.0.1:${apiPort}`;
  const tokens = new Tokens(keys, apiUrl);
  return new FunctionsHost({
    folder: join(ROOT, "supabase/functions"),
    home,
    children,
    env: await makeFunctionEnvironment({
      keys,
      tokens,
      apiUrl,
      dbUrl: logins.postgres,
      simulatorUrl,
      database: settings.functionsDatabase,
    }),
    runtime: await findRuntime(settings.functionsRuntime),
    warn: (text) => reporter.warn(text),
  });
}

/** Starts the services and registers each one's shutdown on `ending`, so that a failure halfway stops those already started. */
export async function startServices(parts: ServiceParts, ending: AsyncDisposableStack): Promise<void> {
  const { functions, info, keys, logins, apiPort, reporter } = parts;
  const apiUrl = `http://127.0.0.1:${apiPort}`;
  const warn = (text: string) => reporter.warn(text);
  // Auth hashes passwords in JavaScript on the thread that serves every request, so a local stack uses a low cost.
  if (!Deno.env.get("LITE_AUTH_BCRYPT_COST")) Deno.env.set("LITE_AUTH_BCRYPT_COST", "5");
  quietAnsweredErrors();
  const config = await readSupabaseConfig();
  const tokens = new Tokens(keys, apiUrl);
  const mailbox = new Mailbox();
  const mailer = new AuthMailer(mailbox, apiUrl, config.site_url);
  const appParts = { keys, logins, config, apiUrl };
  const authApp = makeAuthApp(appParts, mailer);
  ending.defer(() => closeApp(authApp));
  let dataApi = makeDataApiApp(appParts);
  ending.defer(() => closeApp(dataApi));
  const functionCalls = new FunctionCalls(logins.dataApi, config.max_rows);
  ending.defer(() => functionCalls.close());
  const authDatabase = postgres(logins.auth, { max: 10, onnotice: () => {} });
  ending.defer(() => authDatabase.end({ timeout: 1 }));
  let relay: Promise<Relay> | undefined;
  const checked = Deno.env.get("STREAMVIBE_CHECK_ANSWERS");
  // Only test runs need it and its dependencies.
  const answers = checked
    ? await import("../gateway/answer_check.ts").then(({ AnswerCheck }) =>
      AnswerCheck.open(checked, Deno.env.get("STREAMVIBE_RECORD_ANSWERS"))
    )
    : undefined;
  const gateway = makeGateway({
    answers,
    apiUrl,
    keys,
    config,
    tokens,
    authApp,
    dataApi: () => dataApi,
    functionCalls,
    info,
    authDatabase,
    mailer,
    mailbox,
    storage: new LocalStorage({
      folder: join(parts.home.path, "storage"),
      secret: keys.internal_jwt_secret,
      secret_key: keys.secret_key,
    }),
    functions,
    realtime: () =>
      relay ??= import("../realtime/relay.ts").then(({ Relay }) =>
        new Relay({ keys, tokens, databaseUrl: logins.superuser, warn })
      ),
  });
  const server = Deno.serve({ hostname: "127.0.0.1", port: apiPort, onListen: () => {} }, gateway);
  ending.defer(() => withLimit(server.shutdown(), 2_000));
  ending.defer(async () => await withLimit((await relay)?.stop() ?? Promise.resolve(), 2_000));
  const cron = new CronRunner(logins.superuser, warn);
  ending.defer(() => cron.stop());
  const net = new NetRunner(logins.superuser, warn);
  ending.defer(() => net.stop());
  const watcher = postgres(logins.superuser, { max: 1, onnotice: () => {} });
  ending.defer(() => watcher.end({ timeout: 1 }));
  // PostgREST's reload channel. The old app serves requests until the new one has read the schema.
  const reload = watcher.listen("pgrst", async () => {
    functionCalls.forget();
    const next = makeDataApiApp(appParts);
    await readSchema(next);
    const old = dataApi;
    dataApi = next;
    setTimeout(() => closeApp(old), 10_000);
  });
  await Promise.all([cron.start(), net.start(), reload]);
  // Reads the schema in the background; otherwise the first request would wait for it.
  setTimeout(() => readSchema(dataApi), 200);
}

/** Stores the secrets that jobs read to call functions; updates them if the URL or a key has changed. */
export async function storeVaultSecrets(sql: postgres.Sql, secrets: Record<string, string>): Promise<void> {
  for (const [name, secret] of Object.entries(secrets)) {
    await sql`
      with kept as (select id, decrypted_secret from vault.decrypted_secrets where name = ${name})
      select case
        when not exists (select from kept) then vault.create_secret(${secret}, ${name})::text
        when (select decrypted_secret from kept) is distinct from ${secret}
          then vault.update_secret((select id from kept), ${secret})::text
      end`;
  }
}

async function readSchema(app: SupabaseApp): Promise<void> {
  await app.connection.introspect().catch(() => {});
}

async function closeApp(app: { connection: unknown }): Promise<void> {
  await withLimit((app.connection as { close(): Promise<void> }).close(), 1_000);
}

async function withLimit(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise((resolve) => timer = setTimeout(resolve, ms));
  await Promise.race([work, limit]).finally(() => clearTimeout(timer));
}
