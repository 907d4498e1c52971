/**
 * All that StreamVibe has of a person, as lines of JSON. The database hands out parts and writes down what was in each; between two parts
 * nothing is kept here, so an export of any size takes no more memory than one part, and goes on from any of them.
 *
 * Lines, by `type`: `export` (what there is, once), `row`, `file` (an address to fetch it from), `part` (what came before it, with a sum and
 * the cursor to go on with), and at the end `end` (it is whole) or `continue` (ask again with its cursor).
 */
import * as z from "zod";
import type { Context } from "../context.ts";
import { ApiError } from "../errors.ts";
import { Storage } from "../publishing/media.ts";

export const ExportInput = z.strictObject({
  /** From a line `part` or `continue`; without it a new export begins. */
  cursor: z.string().regex(
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.f?\d{1,9}$/,
    "expected a cursor of an export",
  ).optional(),
  /** The most parts in one answer. */
  max_parts: z.coerce.number().int().min(1).max(10_000).default(10_000),
});

const Begun = z.looseObject({ export_id: z.uuid() });
const Part = z.object({
  text: z.string(),
  part: z.int(),
  rows: z.int(),
  bytes: z.int(),
  sha256: z.string(),
  is_last: z.boolean(),
});

/** Supabase ends a request after 150 seconds or more; the rest is asked for with the cursor. */
const BUDGET_MS = 90_000;
/** A week: as long as a person needs to come back to the file that they saved. */
const FILE_SECONDS = 7 * 86_400;
const FILES_A_PART = 100;

interface Position {
  export_id: string;
  /** Of rows or, once those are through, how many files were listed. */
  part: number;
  files: number | null;
}

/** The lines of one answer. */
export async function exportLines(
  context: Context,
  user_id: string,
  { cursor, max_parts }: z.output<typeof ExportInput>,
): Promise<AsyncGenerator<string>> {
  if (cursor !== undefined) return goOn(context, user_id, await known(context, user_id, cursor), max_parts);
  const begun = await context.admin.call("begin_data_export", { p_user_id: user_id }, Begun);
  const head = line({ type: "export", format: "streamvibe-export/1", ...begun });
  return goOn(context, user_id, { export_id: begun.export_id, part: 1, files: null }, max_parts, head);
}

/** @throws {ApiError} For a cursor that is another's, before anything is sent. */
async function known(context: Context, user_id: string, cursor: string): Promise<Position> {
  const [export_id = "", place = ""] = cursor.split(".");
  const position = place.startsWith("f")
    ? { export_id, part: 0, files: Number(place.slice(1)) }
    : { export_id, part: Number(place), files: null };
  const is_known = await context.admin.call("has_data_export", {
    p_user_id: user_id,
    p_export_id: export_id,
    p_part: position.part,
  });
  if (!is_known) {
    throw new ApiError(
      "not_found",
      "Cannot go on with this export: there is none with this cursor; begin anew",
      {
        extras: { resource: "export", id: export_id },
      },
    );
  }
  return position;
}

async function* goOn(
  context: Context,
  user_id: string,
  from: Position,
  max_parts: number,
  head = "",
): AsyncGenerator<string> {
  const begun = Date.now();
  let at = from;
  if (head) yield head;
  try {
    for (let parts = 0;; parts++) {
      if (parts >= max_parts || Date.now() - begun > BUDGET_MS || context.signal?.aborted) {
        yield line({ type: "continue", cursor: cursorOf(at) });
        return;
      }
      if (at.files === null) {
        const part = await context.admin.call("read_data_export", {
          p_user_id: user_id,
          p_export_id: at.export_id,
          p_part: at.part,
        }, Part);
        at = part.is_last ? { ...at, files: 0 } : { ...at, part: at.part + 1 };
        const { text, is_last: _, ...about } = part;
        yield text + line({ type: "part", ...about, cursor: cursorOf(at) });
        continue;
      }
      const { text, listed } = await files(context, user_id, at.files);
      if (listed > 0) {
        at = { ...at, files: at.files + listed };
        yield text + line({ type: "part", files: listed, cursor: cursorOf(at) });
        continue;
      }
      const summed = await context.admin.call("finish_data_export", {
        p_user_id: user_id,
        p_export_id: at.export_id,
      }, z.looseObject({}));
      yield line({ type: "end", export_id: at.export_id, files: at.files, ...summed });
      return;
    }
  } catch (error) {
    // The answer has begun: what is whole of it stays good, and the rest is asked for again.
    context.log.warn("an export was cut off", { export_id: at.export_id, error });
    yield line({
      type: "continue",
      cursor: cursorOf(at),
      detail: "Something went wrong on our side: go on later",
    });
  }
}

async function files(
  context: Context,
  user_id: string,
  after: number,
): Promise<{ text: string; listed: number }> {
  const storage = new Storage(context);
  const page: Awaited<ReturnType<typeof described>>[] = [];
  let place = 0;
  for await (const file of storage.list(user_id)) {
    if (place++ < after) continue;
    page.push(await described(storage, file));
    if (page.length === FILES_A_PART) break;
  }
  return { text: page.map((file) => line({ type: "file", ...file })).join(""), listed: page.length };
}

async function described(
  storage: Storage,
  file: { path: string; bytes: number | null; type: string | null },
) {
  const url = await storage.sign(file.path, FILE_SECONDS);
  return { path: file.path, bytes: file.bytes, mime_type: file.type, url, url_lives_seconds: FILE_SECONDS };
}

function cursorOf({ export_id, part, files }: Position): string {
  return `${export_id}.${files === null ? part : `f${files}`}`;
}

function line(value: Record<string, unknown>): string {
  return `${JSON.stringify(value)}\n`;
}
