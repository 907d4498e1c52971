/** Tests the life of a picture: registered, uploaded in parts with interruptions, checked, used, deleted. */
import assert from "node:assert/strict";
import { createCreator, testDatabase, testStack } from "../../../../scripts/test/stack.ts";
import { probeImage } from "../../_shared/publishing/upload.ts";
import { sha256Hex } from "../../_shared/text/hash.ts";
import { PublishingAccount } from "../support/publishing_account.ts";

interface Announced {
  media_id: string;
  bucket: string;
  path: string;
  token: string;
  tus_url: string;
}

/** Returns a PNG of one colour, padded to the given size; readers ignore bytes after its end. */
function picture(bytes: number): Uint8Array<ArrayBuffer> {
  const head = Uint8Array.from(
    atob("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="),
    (char) => char.charCodeAt(0),
  );
  const whole = new Uint8Array(bytes);
  whole.set(head);
  return whole;
}

/** Uploads as tus-js-client does, interrupted `cuts` times. */
async function upload(
  { bucket, path, token, tus_url }: Announced,
  bytes: Uint8Array<ArrayBuffer>,
  cuts: number,
): Promise<number> {
  const headers = { "tus-resumable": "1.0.0", "x-signature": token };
  const created = await fetch(tus_url, {
    method: "POST",
    headers: {
      ...headers,
      "upload-length": String(bytes.length),
      "upload-metadata": `bucketName ${btoa(bucket)},objectName ${btoa(path)},contentType ${
        btoa("image/png")
      }`,
    },
  });
  assert.equal(created.status, 201, await created.text());
  const location = created.headers.get("location") ?? "";
  let resumed = 0;
  for (;;) {
    const asked = await fetch(location, { method: "HEAD", headers });
    const offset = Number(asked.headers.get("upload-offset"));
    if (offset === bytes.length) return resumed;
    resumed++;
    const part = bytes.subarray(offset, offset + 6 * 1_048_576);
    const controller = new AbortController();
    const body = cuts-- > 0
      ? new ReadableStream<Uint8Array>({
        async start(stream) {
          stream.enqueue(part.subarray(0, Math.floor(part.length / 2)));
          await new Promise((resolve) => setTimeout(resolve, 100));
          controller.abort();
          stream.error(new Error("cut"));
        },
      })
      : part;
    await fetch(location, {
      method: "PATCH",
      headers: {
        ...headers,
        "upload-offset": String(offset),
        "content-type": "application/offset+octet-stream",
      },
      body,
      signal: controller.signal,
    }).then((response) => response.body?.cancel(), () => {});
  }
}

Deno.test("an upload interrupted three times resumes where it stopped, arrives whole, and its properties are recorded", async () => {
  const creator = await createCreator();
  const bytes = picture(9_000_000);
  const announced = await creator.call<Announced & { detail?: string }>("create-media", {
    mime_type: "image/png",
    bytes: bytes.length,
  });
  assert.equal(announced.status, 200, JSON.stringify(announced.body));
  const early = await creator.call("finish-media", { media_id: announced.body.media_id });
  assert.equal(early.status, 409);
  const resumed = await upload(announced.body, bytes, 3);
  assert.ok(resumed > 3);
  const { status, body } = await creator.call<Record<string, unknown>>("finish-media", {
    media_id: announced.body.media_id,
  });
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.status, "ready", JSON.stringify(body));
  assert.equal(body.sha256, await sha256Hex(bytes));
  assert.deepEqual([body.width, body.height], [1, 1]);
  const query = { media_id: announced.body.media_id };
  const read = await creator.call<{ url: string; sha256: string }>("get-media", undefined, { query });
  const downloaded = await fetch(read.body.url);
  assert.equal(await sha256Hex(new Uint8Array(await downloaded.arrayBuffer())), read.body.sha256);
  const other = await createCreator();
  assert.equal((await other.call("get-media", undefined, { query })).status, 404);
  assert.equal((await other.call("finish-media", { media_id: announced.body.media_id })).status, 404);
  assert.equal((await creator.call("delete-media", { media_id: announced.body.media_id })).status, 200);
  const { data } = await creator.client.from("post_media").select("id").eq("id", announced.body.media_id);
  assert.deepEqual(data, []);
});

Deno.test("a file that does not match its announced type is refused, and its token cannot write to another path", async () => {
  const creator = await createCreator();
  const bytes = new TextEncoder().encode("<script>alert(1)</script>");
  const { body: announced } = await creator.call<Announced>("create-media", {
    mime_type: "image/png",
    bytes: bytes.length,
  });
  const { api_url } = await testStack();
  const elsewhere = await fetch(
    `${api_url}/storage/v1/object/upload/sign/${announced.bucket}/other/file?token=${announced.token}`,
    { method: "PUT", body: bytes },
  );
  assert.equal(elsewhere.status, 400);
  await elsewhere.body?.cancel();
  await upload(announced, bytes, 0);
  const { body } = await creator.call<Record<string, unknown>>("finish-media", {
    media_id: announced.media_id,
  });
  assert.equal(body.status, "refused");
  assert.match(String(body.refused_because), /not a readable image\/png/);
});

Deno.test("a medium of an unpublished post cannot be deleted; an abandoned upload is closed after a day", async () => {
  await using own = await PublishingAccount.create("instagram");
  const medium = await own.medium();
  await own.due({ kind: "image", body: "Soon", media_ids: [medium.id] });
  const kept = await own.account.creator.call("delete-media", { media_id: medium.id });
  assert.equal(kept.status, 409);
  const sql = await testDatabase();
  try {
    const { body: announced } = await own.account.creator.call<Announced>("create-media", {
      mime_type: "image/png",
      bytes: 10,
    });
    await sql`update publishing.media set created_at = now() - interval '26 hours' where id = ${announced.media_id}`;
    // In one transaction, so that no job can take the file before it is read here.
    const [doomed] = await sql.begin(async (sql) => {
      await sql`select public.keep_publishing_house('media')`;
      return await sql`select why from publishing.doomed_file where path = ${announced.path}`;
    });
    assert.equal(doomed?.why, "forgotten");
    const [row] = await sql`select status from publishing.media where id = ${announced.media_id}`;
    assert.equal(row?.status, "deleted");
  } finally {
    await sql.end();
  }
});

Deno.test("a picture rotated by its EXIF orientation has the width and height as displayed", () => {
  assert.deepEqual(probeImage(picture(200)), { mime_type: "image/png", width: 1, height: 1 });
  // A JPEG of 3 × 2 whose EXIF orientation is 6.
  const sideways = Uint8Array.from([
    ...[0xff, 0xd8, 0xff, 0xe1, 0, 34, 0x45, 0x78, 0x69, 0x66, 0, 0, 0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1],
    ...[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0],
    ...[0xff, 0xc0, 0, 17, 8, 0, 2, 0, 3, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1, 0xff, 0xd9],
  ]);
  assert.deepEqual(probeImage(sideways), { mime_type: "image/jpeg", width: 2, height: 3 });
});
