/** A rollback drops every function of its module. One generated statement drops those that it does not drop by name elsewhere. */

const MARK =
  "-- Generated (`deno task generate`): the module's functions, but those that are dropped by name elsewhere here.\n";

/** Returns the rollbacks, each with the list of its module's functions. */
export async function generateRollbacks(): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { name } of Deno.readDir("database/rollback")) {
    const file = `database/rollback/${name}`;
    const [before, rest] = (await Deno.readTextFile(file)).split(MARK);
    const after = rest?.replace(/^drop function[^;]*;\n/, "");
    if (before === undefined || after === undefined) {
      throw new Error(`Cannot generate ${file}: it lacks the line "${MARK.trim()}"`);
    }
    const schema = await Deno.readTextFile(`database/schema/${name}`);
    const created = [...schema.matchAll(/^create function ([\w.]+)/gm)].map(([, func = ""]) => func);
    const byHand = [...(before + after).matchAll(/^drop function ([^;]*);/gm)].flatMap(([, list = ""]) =>
      list.match(/(?:public|ops)\.\w+/g) ?? []
    );
    const dropped = [...new Set(created)].filter((func) => !byHand.includes(func)).sort();
    const lines = `drop function ${dropped.join(", ")};`.match(/.{1,110}(?: |$)/g) ?? [];
    files[file] = `${before}${MARK}${lines.map((line) => line.trimEnd()).join("\n  ")}\n${after}`;
  }
  return files;
}
