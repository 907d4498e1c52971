/** The part of supabase/config.toml that the stack applies, so that it behaves like the Supabase CLI's stack. */
import { join } from "node:path";
import { parse } from "smol-toml";
import { z } from "zod";
import { secondsOf } from "../auth/frequency.ts";
import { ROOT, StartError } from "./settings.ts";

const Duration = z.string().transform((text, context) => {
  const seconds = secondsOf(text);
  if (seconds === undefined) {
    context.addIssue({ code: "custom", message: 'expected a duration such as "1s"' });
  }
  return seconds ?? z.NEVER;
});

const Config = z.object({
  api: z.object({
    schemas: z.array(z.string()).default(["public"]),
    max_rows: z.number().default(1000),
  }).prefault({}),
  auth: z.object({
    site_url: z.string().default("http://localhost:3000"),
    additional_redirect_urls: z.array(z.string()).default([]),
    minimum_password_length: z.number().default(8),
    jwt_expiry: z.number().default(3600),
    email: z.object({ max_frequency: Duration.prefault("1m") }).prefault({}),
  }).prefault({}),
  functions: z.record(z.string(), z.object({ verify_jwt: z.boolean().default(true) })).default({}),
});

export interface SupabaseConfig {
  site_url: string;
  additional_redirect_urls: string[];
  minimum_password_length: number;
  /** Minimum interval in seconds between two mails of one kind to one address. */
  mail_max_frequency: number;
  jwt_expiry: number;
  schemas: string[];
  max_rows: number;
  /** Whether the gateway verifies a function's caller before the function sees the request. */
  verify_jwt(name: string): boolean;
}

/** @throws {StartError} If the file is not valid TOML or a value has the wrong type. */
export async function readSupabaseConfig(path = join(ROOT, "supabase/config.toml")): Promise<SupabaseConfig> {
  const text = await Deno.readTextFile(path).catch(() => "");
  let config: z.output<typeof Config>;
  try {
    config = Config.parse(parse(text));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new StartError(`Cannot read ${path}: ${why}`);
  }
  const { api, auth: { email, ...auth }, functions } = config;
  return {
    ...auth,
    ...api,
    mail_max_frequency: email.max_frequency,
    verify_jwt: (name) => functions[name]?.verify_jwt ?? true,
  };
}
