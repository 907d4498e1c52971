/**
 * Transfers a large video over a slow line that is cut three times during the upload and three times during publishing: each transfer resumes where it
 * stopped, takes no more memory than a part of the file, and arrives complete. 8 MB at 100 Mbit/s; with STREAMVIBE_LONG_TESTS=1, 100 MB at 10 Mbit/s.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { EncodedPacket, EncodedVideoPacketSource, Output, StreamTarget, WebMOutputFormat } from "mediabunny";
import type { Context } from "../../_shared/context.ts";
import { PublishingAccount } from "../support/publishing_account.ts";

const IS_LONG = Deno.env.get("STREAMVIBE_LONG_TESTS") === "1";
const MEGABYTES = IS_LONG ? 100 : 8;
const BYTES_A_SECOND = (IS_LONG ? 10 : 100) * 1e6 / 8;
const PART = IS_LONG ? 6 * 1_048_576 : 1_048_576;
const CUTS = 3;

interface Announced {
  media_id: string;
  bucket: string;
  path: string;
  token: string;
  tus_url: string;
}

/** Writes a WebM of noise of the given size to disk, frame by frame. */
async function film(path: string, megabytes: number): Promise<{ bytes: number; sha256: string }> {
  const file = await Deno.open(path, { write: true, create: true, truncate: true });
  const output = new Output({
    format: new WebMOutputFormat(),
    target: new StreamTarget(
      new WritableStream({
        async write({ data, position }: { data: Uint8Array; position: number }) {
          await file.seek(position, Deno.SeekMode.Start);
          for (let at = 0; at < data.length;) at += await file.write(data.subarray(at));
        },
      }),
    ),
  });
  const source = new EncodedVideoPacketSource("vp8");
  output.addVideoTrack(source, { frameRate: 30 });
  await output.start();
  const [frames, size] = [megabytes * 8, 131_072];
  for (let frame = 0; frame < frames; frame++) {
    const data = new Uint8Array(size);
    for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(data.subarray(at, at + 65_536));
    await source.add(
      new EncodedPacket(data, frame % 30 === 0 ? "key" : "delta", frame / 30, 1 / 30),
      { decoderConfig: { codec: "vp8", codedWidth: 1_280, codedHeight: 720 } },
    );
  }
  await output.finalize();
  file.close();
  const hash = createHash("sha256");
  for await (const chunk of (await Deno.open(path)).readable) hash.update(chunk);
  return { bytes: (await Deno.stat(path)).size, sha256: hash.digest("hex") };
}

/** Streams bytes at the speed of the line, and fails after `until` bytes. */
function slowly(bytes: Uint8Array, until = Infinity): ReadableStream<Uint8Array> {
  const step = Math.max(16_384, Math.round(BYTES_A_SECOND / 50));
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      if (at >= until) return controller.error(new Error("the line was cut"));
      if (at >= bytes.length) return controller.close();
      const part = bytes.subarray(at, at + step);
      at += part.length;
      await new Promise((resolve) => setTimeout(resolve, part.length / BYTES_A_SECOND * 1_000));
      controller.enqueue(part);
    },
  });
}

/** Uploads as tus-js-client does; returns how often it had to resume. */
async function upload(
  { bucket, path, token, tus_url }: Announced,
  from: string,
  bytes: number,
): Promise<number> {
  const headers = { "tus-resumable": "1.0.0", "x-signature": token };
  const named = (name: string, value: string) => `${name} ${btoa(value)}`;
  const created = await fetch(tus_url, {
    method: "POST",
    headers: {
      ...headers,
      "upload-length": String(bytes),
      "upload-metadata": [
        named("bucketName", bucket),
        named("objectName", path),
        named("contentType", "video/webm"),
      ].join(),
    },
  });
  assert.equal(created.status, 201, await created.text());
  const location = created.headers.get("location") ?? "";
  const file = await Deno.open(from);
  let cuts = 0;
  try {
    for (let requests = 0;; requests++) {
      const asked = await fetch(location, { method: "HEAD", headers });
      const offset = Number(asked.headers.get("upload-offset"));
      if (offset === bytes) return cuts;
      assert.ok(requests < 200, "the upload does not end");
      const part = new Uint8Array(Math.min(PART, bytes - offset));
      await file.seek(offset, Deno.SeekMode.Start);
      for (let at = 0; at < part.length;) at += await file.read(part.subarray(at)) ?? part.length;
      const isCut = cuts < CUTS && requests % 2 === 1;
      if (isCut) cuts++;
      await fetch(location, {
        method: "PATCH",
        headers: {
          ...headers,
          "upload-offset": String(offset),
          "content-type": "application/offset+octet-stream",
        },
        body: slowly(part, isCut ? part.length / 2 : Infinity),
      }).then((response) => response.body?.cancel(), () => {});
    }
  } finally {
    file.close();
  }
}

/** Measures the peak memory of this process beyond its initial usage, in MiB. */
function watchMemory() {
  const before = Deno.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => most = Math.max(most, Deno.memoryUsage().rss), 50);
  return {
    stop() {
      clearInterval(timer);
      return Math.round((most - before) / 1_048_576);
    },
  };
}

Deno.test("a large video over a slow, interrupted connection resumes upload and publishing, in flat memory, and arrives whole", async () => {
  await using own = await PublishingAccount.create("youtube", {
    PUBLISH_CHUNK_BYTES: String(IS_LONG ? 8_388_608 : 1_048_576),
    PUBLISH_TIMEOUT_MS: "60000",
  });
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/film.webm`;
    const { bytes, sha256 } = await film(path, MEGABYTES);
    const { creator } = own.account;
    const announced = await creator.call<Announced>("create-media", { mime_type: "video/webm", bytes });
    assert.equal(announced.status, 200, JSON.stringify(announced.body));
    const { media_id } = announced.body;
    const started = performance.now();
    const memory = watchMemory();
    assert.equal(await upload(announced.body, path, bytes), CUTS);
    const uploaded = performance.now();
    const { status, body: medium } = await creator.call<Record<string, unknown>>("finish-media", {
      media_id,
    });
    assert.deepEqual(
      [status, medium.status, medium.width, medium.height],
      [200, "ready", 1_280, 720],
      JSON.stringify(medium),
    );
    assert.equal(medium.sha256, MEGABYTES <= 64 ? sha256 : null);

    // The worker's line is as slow and is cut as often, at different positions.
    for (const skip of [1, 3, 5]) {
      await own.account.arm("PUT /www.googleapis.com/upload", { cut: true }, { skip });
    }
    const context: Context = {
      ...own.context,
      fetch: (input, init) => {
        const isPart = init?.method === "PUT" && init.body instanceof Uint8Array && init.body.length > 0;
        return fetch(input, isPart ? { ...init, body: slowly(init.body as Uint8Array) } : init);
      },
    };
    const id = await own.due({ kind: "video", title: `Large ${crypto.randomUUID()}`, media_ids: [media_id] });
    const target = await own.end(id, { context: () => context });
    const growth = memory.stop();
    const published = performance.now();
    assert.equal(target.status, "published", JSON.stringify(await own.history(id)));
    assert.deepEqual(
      (await own.shown()).map(({ media }) => media),
      [[sha256]],
      "the platform has the same bytes",
    );
    const { faults } = await own.account.armed();
    assert.equal(faults.reduce((sum, { hits }) => sum + hits, 0), CUTS);
    const sent = (await own.history(id)).filter(({ step }) => /bytes|part/.test(step));
    const parts = Math.ceil(bytes / (IS_LONG ? 8_388_608 : 1_048_576));
    assert.ok(
      sent.length <= parts + CUTS,
      `${sent.length} calls for ${parts} parts: it must resume where it stopped`,
    );
    assert.ok(growth < 64, `memory grew by ${growth} MB`);
    if (IS_LONG) {
      const seconds = (from: number, to: number) => ((to - from) / 1_000).toFixed(0);
      console.log(
        `${bytes} bytes: up in ${seconds(started, uploaded)} s, to the platform in ${
          seconds(uploaded, published)
        } s, memory +${growth} MB`,
      );
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
