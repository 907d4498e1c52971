/** Value types of settings. */
import * as z from "zod";

/** At most `limit` hits within `window_seconds`. */
export interface RateLimit {
  limit: number;
  window_seconds: number;
}

export const url = z.url({ protocol: /^https?$/ }).transform((value) => value.replace(/\/$/, ""));
/** A URL kept unchanged, because a trailing slash matters to TikTok. */
export const address = z.url({ protocol: /^https?$/ });
export const list = z.string().transform((value) =>
  value.split(",").map((item) => item.trim()).filter(Boolean)
);
/** `name=value,other=value` with percent-encoded values, the format of OpenTelemetry's settings. */
export const pairs = z.string().transform((text, context): Record<string, string> => {
  const entries = text.split(",").filter((part) => part.trim()).map((part) => {
    const at = part.indexOf("=");
    return [part.slice(0, at).trim(), part.slice(at + 1).trim()] as const;
  });
  if (entries.some(([name]) => !/^[\w-]+$/.test(name))) {
    context.addIssue({ code: "custom", message: "expected name=value, separated by commas" });
    return z.NEVER;
  }
  return Object.fromEntries(entries.map(([name, value]) => [name, decodeURIComponent(value)]));
});
export const fraction = z.coerce.number().min(0).max(1);
export const milliseconds = z.coerce.number().int().min(1).max(400_000);
export const rate = z.string().regex(
  /^[1-9]\d{0,8}\/[1-9]\d{0,6}$/,
  "expected hits/seconds, such as 100/3600",
)
  .transform(
    (value): RateLimit => {
      const [limit, window_seconds] = value.split("/").map(Number);
      return { limit: limit ?? 0, window_seconds: window_seconds ?? 0 };
    },
  );
const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: "custom", message: "expected JSON" });
    return z.NEVER;
  }
});
export const keys = json.pipe(z.record(z.string(), z.string().min(1)));
const jwk = z.looseObject({ kty: z.string(), kid: z.string().optional(), alg: z.string().optional() });
export const jwks = json.pipe(
  z.union([z.object({ keys: z.array(jwk) }), z.array(jwk).transform((keys) => ({ keys }))]),
);

/** A whole number from `least` to `most`. */
export const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
