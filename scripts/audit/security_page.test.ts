import assert from "node:assert/strict";

Deno.test("each threat in SECURITY.md names a defence and existing files that contain tests", async () => {
  const page = await Deno.readTextFile("SECURITY.md");
  const [, table = ""] = page.split("## Threats\n");
  const rows = (table.split("\n## ")[0] ?? "").split("\n").filter((line) => line.startsWith("|")).slice(2)
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  assert.ok(rows.length >= 20);
  for (const [threat = "", defence = "", tests = ""] of rows) {
    assert.ok(threat && defence, threat);
    const files = [...tests.matchAll(/`([^`]+)`/g)].map(([, file = ""]) => file);
    assert.ok(files.length > 0, `${threat}: no test`);
    for (const file of files) assert.match(await Deno.readTextFile(file), /\bDeno\.test\b|\btest\(/, file);
  }
});
