/** Calls SQL functions over HTTP through the Data API. */
import { secretKeys } from "../settings/auth_keys.ts";
import { DatabaseError } from "../errors.ts";
import { requireSetting, type Settings } from "../settings/settings.ts";

/** Calls one function as the service role. @throws {DatabaseError} */
export async function callDataApi(
  settings: Settings,
  name: string,
  args: Record<string, unknown>,
  request_id: string | undefined,
): Promise<unknown> {
  const keys = secretKeys(settings);
  const key = keys.default ?? Object.values(keys)[0] ??
    requireSetting(settings, "SUPABASE_SECRET_KEYS").default;
  let status: number;
  let text: string;
  try {
    const response = await fetch(`${settings.SUPABASE_URL}/rest/v1/rpc/${name}`, {
      method: "POST",
      headers: {
        apikey: String(key),
        "content-type": "application/json",
        ...(request_id ? { "x-request-id": request_id } : {}),
      },
      body: JSON.stringify(args),
      signal: AbortSignal.timeout(settings.DATABASE_TIMEOUT_MS),
    });
    status = response.status;
    text = await response.text();
  } catch (cause) {
    throw new DatabaseError("unreachable", `Cannot call ${name}: the Data API did not answer`, null, {
      cause,
    });
  }
  let body: unknown = null;
  try {
    body = text === "" ? null : JSON.parse(text);
  } catch {
    status = 502;
  }
  if (status >= 200 && status < 300) return body;
  const { code, message, details } = (body ?? {}) as { code?: string; message?: string; details?: string };
  throw new DatabaseError(
    code || "unreachable",
    message ?? `Cannot call ${name}: the Data API answered ${status}`,
    details,
  );
}
