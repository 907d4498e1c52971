/**
 * Auth signs its tokens with HS256 and without a key id; Supabase projects sign with ES256 and publish the public key. The gateway
 * translates: tokens that leave are ES256, tokens that arrive must be, and only valid ones reach Auth and the Data API, as HS256.
 */
import * as jose from "jose";
import type { Keys } from "./keys.ts";

/** The token is not ours, or no longer valid. */
export class TokenError extends Error {
  constructor(readonly reason: "malformed" | "signature" | "expired", message: string) {
    super(message);
  }
}

/** Claims of Supabase's tokens that the local Auth omits. */
export type ExtraClaims = (userId: string, sessionId: string) => Promise<Record<string, unknown>>;

export class Tokens {
  readonly jwks: { keys: jose.JWK[] };
  readonly issuer: string;
  #privateKey: Promise<CryptoKey>;
  #publicKey: Promise<CryptoKey>;
  #internal: Uint8Array;
  #kid: string;
  /** Cache of verified tokens: a creator's app sends the same one for an hour. */
  #seen = new Map<string, { inward: string; expires: number }>();

  constructor(keys: Keys, apiUrl: string) {
    const { d: _, ...publicJwk } = keys.signing_key;
    this.jwks = { keys: [{ ...publicJwk, key_ops: ["verify"] }] };
    this.issuer = `${apiUrl}/auth/v1`;
    this.#kid = String(keys.signing_key.kid);
    this.#privateKey = jose.importJWK(keys.signing_key, "ES256") as Promise<CryptoKey>;
    this.#publicKey = jose.importJWK(publicJwk, "ES256") as Promise<CryptoKey>;
    this.#internal = new TextEncoder().encode(keys.internal_jwt_secret);
  }

  /** Re-signs a token of Auth for clients. */
  async outward(token: string, extraClaims: ExtraClaims): Promise<string> {
    const { payload } = await jose.jwtVerify(token, this.#internal, { algorithms: ["HS256"] });
    const claims = {
      ...await extraClaims(String(payload.sub), String(payload.session_id)),
      ...payload,
      iss: this.issuer,
    };
    return await new jose.SignJWT(claims)
      .setProtectedHeader({ alg: "ES256", typ: "JWT", kid: this.#kid })
      .sign(await this.#privateKey);
  }

  /** Verifies a client's token and re-signs it for Auth and the Data API. */
  async inward(token: string): Promise<string> {
    const now = Date.now();
    const seen = this.#seen.get(token);
    if (seen && seen.expires > now) return seen.inward;
    const payload = await this.verify(token);
    const inward = await new jose.SignJWT(payload)
      .setProtectedHeader({ alg: "HS256", typ: "JWT" })
      .sign(this.#internal);
    if (this.#seen.size >= 5_000) this.#seen.clear();
    this.#seen.set(token, { inward, expires: (payload.exp ?? 0) * 1000 });
    return inward;
  }

  async verify(token: string): Promise<jose.JWTPayload> {
    try {
      const options = { algorithms: ["ES256"], requiredClaims: ["exp", "role"] };
      return (await jose.jwtVerify(token, await this.#publicKey, options)).payload;
    } catch (error) {
      if (error instanceof jose.errors.JWTExpired) throw new TokenError("expired", "JWT expired");
      if (error instanceof jose.errors.JWSInvalid || error instanceof jose.errors.JWTInvalid) {
        throw new TokenError("malformed", "JWT could not be decoded");
      }
      throw new TokenError("signature", "JWT signature is not this stack's");
    }
  }
}
