/**
 * Exports all data of a user as JSON lines. The database returns the data in parts and records the contents of each. Nothing is kept in memory
 * between two parts, so an export of any size needs no more memory than one part, and can continue from any of them.
 *
 * Lines, by `type`: `export` (contents, once), `row`, `file` (with a URL to download it), `part` (ends a part, with its checksum and the cursor
 * to continue with), and finally `end` (the export is complete) or `continue` (request the rest with its cursor).
 */
import * as z from "zod";
import type { Context } from "../context.ts";
import { ApiError } from "../errors.ts";
import { Storage } from "../publishing/media.ts";

export const ExportInput = z.strictObject({
  /** From a `part` or `continue` line; without it a new export begins. */
  cursor: z.string().regex(
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.f?\d{1,9}$/,
    "expected a cursor of an export",
  ).optional(),
  /** Maximum number of parts in one response. */
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

/** Supabase ends a request after 150 seconds or more; the client requests the rest with the cursor. */
const BUDGET_MS = 90_000;
/** A week, so that users can return to the saved export and download its files. */
const FILE_SECONDS = 7 * 86_400;
const FILES_A_PART = 100;

interface Position {
  export_id: string;
  /** The next part of rows; `files` is the number of files listed so far, null until all rows are sent. */
  part: number;
  files: number | null;
}

/** Returns the lines of one response. */
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

/** Checks a cursor. @throws {ApiError} For an unknown cursor or another user's, before anything is sent. */
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
      "Cannot continue the export: no export has this cursor; start a new one",
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
    // The response has already started: complete parts stay valid, and the client requests the rest again.
    context.log.warn("an export was cut off", { export_id: at.export_id, error });
    yield line({
      type: "continue",
      cursor: cursorOf(at),
      detail: "Something went wrong on our side: continue later",
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
