/** Computes the shape of JSON responses, to compare a simulator's with recorded ones. */
import type { Answered } from "./simulator_client.ts";

/** The members of all values of one kind: for each path, its types and the number of values that have it. */
class Shape {
  count = 0;
  readonly paths = new Map<string, { types: Set<string>; in: number }>();

  add(value: unknown): void {
    this.count++;
    const here = new Map<string, Set<string>>();
    walk(value, "", here);
    for (const [path, types] of here) {
      const known = this.paths.get(path) ?? { types: new Set(), in: 0 };
      for (const type of types) known.types.add(type);
      known.in++;
      this.paths.set(path, known);
    }
  }

  /** Whether the path exists in every value that has its parent. */
  always(path: string): boolean {
    const above = path.slice(0, Math.max(path.lastIndexOf("."), 0));
    return this.paths.get(path)?.in === (above === "" ? this.count : this.paths.get(above)?.in);
  }
}

function walk(value: unknown, path: string, into: Map<string, Set<string>>): void {
  const type = Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
  if (path !== "") into.set(path, (into.get(path) ?? new Set()).add(type));
  if (Array.isArray(value)) { for (const one of value) walk(one, `${path}[]`, into); }
  else if (typeof value === "object" && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      walk(member, path === "" ? name : `${path}.${name}`, into);
    }
  }
}

/** Returns the shapes of all resources and lists among the responses, by kind. */
export function collect(answers: Iterable<Answered>): Map<string, Shape> {
  const shapes = new Map<string, Shape>();
  const add = (kind: string, value: unknown) => {
    const shape = shapes.get(kind) ?? new Shape();
    shapes.set(kind, shape);
    shape.add(value);
  };
  for (const { items, ...head } of answers) {
    add(head.kind, head);
    for (const item of items ?? []) add(item.kind, item);
  }
  return shapes;
}

/** Yields the list responses stored in a folder, recursively. */
export function* recorded(at: URL): Generator<Answered> {
  const kinds = [
    "youtube#channelListResponse",
    "youtube#playlistItemListResponse",
    "youtube#videoListResponse",
  ];
  for (const entry of Deno.readDirSync(at)) {
    const path = new URL(entry.isDirectory ? `${entry.name}/` : entry.name, at);
    if (entry.isDirectory) yield* recorded(path);
    else if (entry.name.endsWith(".json")) {
      const answer = JSON.parse(Deno.readTextFileSync(path));
      if (kinds.includes(answer.kind)) yield answer;
    }
  }
}
