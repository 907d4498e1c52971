/**
 * The only place that logs: one JSON line per event, with secrets masked. E-mail addresses are masked too: a log needs only the user id.
 */
import { CODES } from "../errors.ts";

/** Fields of a line besides level, message and timestamp. */
export type Fields = Record<string, unknown>;
export type Level = "debug" | "info" | "warn" | "error";
/** Receives finished lines; tests pass their own. */
export type Sink = (line: string, level: Level) => void;

/** Writes lines with the fields that the logger was created with. */
export interface Logger {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
  with(fields: Fields): Logger;
}

const ORDER = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 } as const;
// Supabase cuts a log message at 10,000 characters, which would leave broken JSON.
const MAX_STRING = 2_000;
const MAX_LINE = 9_500;

const toConsole: Sink = (line, level) => (level === "error" ? console.error(line) : console.log(line));

/** Creates a logger that writes lines of `level` and above. */
export function createLogger(
  options: { level: keyof typeof ORDER; fields?: Fields; sink?: Sink; now?: () => Date },
): Logger {
  const { level: least, fields: own = {}, sink = toConsole, now = () => new Date() } = options;
  const write = (level: Level, message: string, fields: Fields = {}) => {
    if (ORDER[level] < ORDER[least]) return;
    const head = { level, message: maskText(message), timestamp: now().toISOString() };
    const masked = mask({ ...own, ...fields }) as Fields;
    let line = JSON.stringify({ ...head, ...masked });
    if (line.length > MAX_LINE) {
      line = JSON.stringify({
        ...head,
        ...(mask(own) as Fields),
        truncated: true,
        excerpt: line.slice(0, 4_000),
      });
    }
    sink(line, level);
  };
  return {
    debug: (message, fields) => write("debug", message, fields),
    info: (message, fields) => write("info", message, fields),
    warn: (message, fields) => write("warn", message, fields),
    error: (message, fields) => write("error", message, fields),
    with: (fields) => createLogger({ ...options, fields: { ...own, ...fields } }),
  };
}

const SECRET_NAME =
  /authorization|api_?-?key|token|secret|passw|cookie|credential|verifier|signature|^code$|^state$|^jwt$|dsn/i;
const SECRET_TEXT: [RegExp, string][] = [
  [/\beyJ[\w-]{6,}(\.[\w-]*){0,2}/g, "[masked]"], // JWTs
  [/\bya29\.[\w.-]+/g, "[masked]"], // Google access tokens
  [/(?<![\w:])1\/\/[\w-]{6,}/g, "[masked]"], // Google refresh tokens
  [/\b4\/[\w-]{20,}/g, "[masked]"], // Google authorization codes
  [/\bGOCSPX-[\w-]+/g, "[masked]"], // Google client secrets
  [/\bAIza[\w-]{10,}/g, "[masked]"], // Google API keys
  [/\bsb_secret_[\w-]+/g, "[masked]"],
  [/\b(sk|rk|whsec)[-_][\w-]{12,}/g, "[masked]"], // OpenAI, Anthropic, Stripe
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, "$1 [masked]"],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]+:)[^\s@/]+@/gi, "$1[masked]@"], // passwords in URLs
  [
    /([?&](?:code|state|key|token|access_token|refresh_token|id_token|client_secret|code_verifier)=)[^&\s"']+/gi,
    "$1[masked]",
  ],
  [/[\w.+-]+@[\w-]+(\.[\w-]+)+/g, "[email]"],
];

/** Masks everything in a text that looks like a secret or an e-mail address, and truncates long texts. */
export function maskText(text: string): string {
  let masked = text;
  for (const [pattern, replacement] of SECRET_TEXT) masked = masked.replace(pattern, replacement);
  return masked.length > MAX_STRING ? `${masked.slice(0, MAX_STRING)}…` : masked;
}

/** Returns a copy that is safe to log: secrets masked by name and by pattern, errors expanded, depth and width limited. */
export function mask(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return maskText(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value === "function" || typeof value === "symbol") return undefined;
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof URL) return maskText(value.href);
  if (depth > 6) return "[deep]";
  if (value instanceof Error) return maskError(value, depth);
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => mask(item, depth + 1));
  if (value instanceof Headers) return mask(Object.fromEntries(value), depth);
  const copy: Fields = {};
  for (const [name, member] of Object.entries(value).slice(0, 100)) {
    const harmless = name === "code" && isErrorCode(member) || member === null || member === undefined ||
      typeof member === "number" ||
      typeof member === "boolean";
    copy[name] = SECRET_NAME.test(name) && !harmless ? "[masked]" : mask(member, depth + 1);
  }
  return copy;
}

// `code` may be an authorization code or an error code; only an error code has one of these forms.
function isErrorCode(value: unknown): boolean {
  return typeof value === "string" &&
    (Object.hasOwn(CODES, value) || /^([0-9A-Z]{5}|E[A-Z]{3,}|(ERR|PGRST)[A-Z0-9_]+)$/.test(value));
}

// JSON.stringify(new Error("x")) is "{}", so this copies an error's own members and its cause explicitly.
function maskError(error: Error, depth: number): Fields {
  const own = mask({ ...error }, depth + 1) as Fields;
  delete own.cause;
  return {
    ...own,
    name: error.name,
    message: maskText(error.message),
    stack: error.stack === undefined ? undefined : maskText(error.stack),
    ...(error.cause === undefined ? {} : { cause: mask(error.cause, depth + 1) }),
  };
}
