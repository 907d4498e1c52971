import assert from "node:assert/strict";
import { lighter, moved, tellerOf } from "../../_shared/platforms/page.ts";
import { PlatformFault } from "../../_shared/platforms/platform.ts";
import { faultOf } from "../support/adapter_context.ts";

/** A platform that returns at most `most` items per request. */
function bearing(most: number) {
  const asked: number[] = [];
  const read = (size: number) => {
    asked.push(size);
    return size <= most
      ? Promise.resolve("read")
      : Promise.reject(new PlatformFault("facebook", "too_heavy", { status: 500 }));
  };
  return { asked, read };
}

Deno.test("a page that is too large is halved until it succeeds, down to its minimum size", async () => {
  for (
    const [most, least, asked] of [[50, 1, [50]], [12, 1, [50, 25, 12]], [1, 1, [
      50,
      25,
      12,
      6,
      3,
      1,
    ]]] as const
  ) {
    const platform = bearing(most);
    assert.deepEqual(await lighter(50, least, platform.read), { result: "read", size: asked.at(-1) });
    assert.deepEqual(platform.asked, asked);
  }
  for (const [least, asked] of [[1, [50, 25, 12, 6, 3, 1]], [5, [50, 25, 12, 6, 5]]] as const) {
    const platform = bearing(0);
    assert.equal((await faultOf(lighter(50, least, platform.read))).kind, "too_heavy");
    assert.deepEqual(platform.asked, asked);
  }
  const other = new PlatformFault("facebook", "transient");
  assert.equal(
    await faultOf(lighter(50, 1, () => Promise.reject(other))),
    other,
    "other faults are not retried",
  );
});

Deno.test("a next cursor equal to the current one is a fault", async () => {
  assert.deepEqual([moved("youtube", "b", "a"), moved("youtube", null, "a")], ["b", null]);
  for (const next of ["a", ""]) {
    assert.equal(
      (await faultOf(Promise.resolve().then(() => moved("youtube", next, "a")))).kind,
      "malformed",
    );
  }
});

Deno.test("an item that could not be read fails the look-up, unless a callback receives it", async () => {
  const told: string[] = [];
  tellerOf("twitter", (id) => told.push(id))("1");
  assert.deepEqual(told, ["1"]);
  assert.equal(
    (await faultOf(Promise.resolve().then(() => tellerOf("twitter", undefined)("1")))).kind,
    "transient",
  );
});
