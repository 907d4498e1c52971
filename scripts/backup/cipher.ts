/**
 * Controls who can read an archive, and proves who made it. The manifest is encrypted to the operator (an age recipient, or a passphrase)
 * and has a MAC that only a holder of the identity or the passphrase can compute: recipients are public, so anybody could encrypt to them.
 * Parts are encrypted to a key that is generated per archive and stored in the manifest, together with their checksums.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { gunzip as gunzipWith, gzip as gzipWith } from "node:zlib";
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";

const gzip = promisify(gzipWith);
const gunzip = promisify(gunzipWith);

export type Bytes = Uint8Array<ArrayBuffer>;

/**
 * An age identity (`AGE-SECRET-KEY-1…`), or a passphrase. Backup needs it as well as restore, because a backup counts only after it was
 * read back.
 */
export interface Key {
  identity?: string;
  passphrase?: string;
}

/** @throws If neither key is set, or both are. */
export function readKey(env: (name: string) => string | undefined): Key {
  const [identity, passphrase] = [env("BACKUP_IDENTITY"), env("BACKUP_PASSPHRASE")];
  if (identity && passphrase) {
    throw new Error("Cannot choose a key: set BACKUP_IDENTITY or BACKUP_PASSPHRASE, got both");
  }
  if (identity) {
    // A key file from age-keygen has comments around the key.
    const key = identity.match(/AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]+/)?.[0];
    if (!key) {
      throw new Error(
        "Cannot use BACKUP_IDENTITY: it must be AGE-SECRET-KEY-1…, as `scripts/backup.sh --new-key` prints",
      );
    }
    return { identity: key };
  }
  if (passphrase && passphrase.length >= 20) return { passphrase };
  throw new Error(
    passphrase
      ? `Cannot use BACKUP_PASSPHRASE: it must have at least 20 characters, got ${passphrase.length}`
      : "Cannot encrypt: set BACKUP_IDENTITY (make one with `scripts/backup.sh --new-key`) or BACKUP_PASSPHRASE",
  );
}

export const newIdentity = generateX25519Identity;
export const recipientOf = identityToRecipient;

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Compresses, then encrypts. */
export async function seal(
  plain: Uint8Array,
  to: { recipient: string } | { passphrase: string },
): Promise<Bytes> {
  const encrypter = new Encrypter();
  if ("passphrase" in to) encrypter.setPassphrase(to.passphrase);
  else encrypter.addRecipient(to.recipient);
  return await encrypter.encrypt(await gzip(plain, { level: 4 })) as Bytes;
}

/** @throws If the key does not match, or any byte has changed. */
export async function open(sealed: Uint8Array, key: Key): Promise<Bytes> {
  const decrypter = new Decrypter();
  if (key.identity) decrypter.addIdentity(key.identity);
  if (key.passphrase) decrypter.addPassphrase(key.passphrase);
  return await gunzip(await decrypter.decrypt(sealed));
}

/** Seals the manifest's text with its MAC. */
export async function sealManifest(text: string, key: Key): Promise<Bytes> {
  const to = key.passphrase
    ? { passphrase: key.passphrase }
    : { recipient: await recipientOf(key.identity ?? "") };
  return await seal(new TextEncoder().encode(`${codeOf(text, key)}\n${text}`), to);
}

/** @throws With the cause: wrong key, damaged bytes, or a manifest made without the key. */
export async function openManifest(sealed: Uint8Array, key: Key): Promise<string> {
  let plain: string;
  try {
    plain = new TextDecoder().decode(await open(sealed, key));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      /no identity matched|incorrect|passphrase|identity/i.test(reason)
        ? "Cannot open the archive: the key is not the one that it was made with; set BACKUP_IDENTITY or BACKUP_PASSPHRASE to that"
        : `Cannot open the archive: its manifest was cut off or changed (${reason}); use another archive`,
      { cause: error },
    );
  }
  const [, code = "", text = ""] = plain.match(/^([0-9a-f]{64})\n([^]*)$/) ?? [];
  const [one, other] = [new TextEncoder().encode(code), new TextEncoder().encode(codeOf(text, key))];
  if (one.length !== other.length || !timingSafeEqual(one, other)) {
    throw new Error(
      "Cannot trust the archive: its manifest was not made with your key; use another archive",
    );
  }
  return text;
}

function codeOf(text: string, key: Key): string {
  const secret = createHash("sha256").update(`streamvibe backup manifest\n${key.identity ?? key.passphrase}`)
    .digest();
  return createHmac("sha256", secret).update(text).digest("hex");
}
