/** The secrets of one home: generated on its first start, kept in a file that only its owner can read. */
import * as jose from "jose";
import type { Home } from "../home/home.ts";

export interface Keys {
  publishable_key: string;
  secret_key: string;
  /** Signs tokens that leave the gateway (ES256); its public half is the JWKS. */
  signing_key: jose.JWK;
  /** Signs tokens for Auth and the Data API behind the gateway (HS256). Never leaves the process. */
  internal_jwt_secret: string;
  /** For `postgres`, which people and tools use. */
  database_password: string;
  /** For the roles that only the stack uses. */
  internal_database_password: string;
  /** Encrypts the local Vault. */
  vault_key: string;
}

export async function loadKeys(home: Home): Promise<Keys> {
  const kept = await home.read<Keys>("keys.json");
  if (kept) return kept;
  const { privateKey } = await jose.generateKeyPair("ES256", { extractable: true });
  const jwk = await jose.exportJWK(privateKey);
  const keys: Keys = {
    publishable_key: `sb_publishable_${random(24)}`,
    secret_key: `sb_secret_${random(24)}`,
    signing_key: { ...jwk, kid: crypto.randomUUID(), alg: "ES256", use: "sig" },
    internal_jwt_secret: random(48),
    database_password: random(18),
    internal_database_password: random(18),
    vault_key: random(32),
  };
  await home.write("keys.json", keys);
  return keys;
}

function random(bytes: number): string {
  return jose.base64url.encode(crypto.getRandomValues(new Uint8Array(bytes)));
}
