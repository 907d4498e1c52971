/**
 * GET /functions/v1/export-my-data: everything that StreamVibe has of the caller, as lines of JSON (GDPR, articles 15 and 20). Without
 * secrets. An answer that was cut off, or that ends with `continue`, is gone on with by the last cursor in it.
 */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { ExportInput, exportLines } from "../_shared/privacy/export.ts";

const LINES = "application/x-ndjson";

export default endpoint({
  name: "export-my-data",
  summary: "Everything that StreamVibe has of the caller, as lines of JSON",
  method: "GET",
  auth: "user",
  rate: "user",
  input: ExportInput,
  example: { max_parts: "100" },
  output: z.string(),
  produces: LINES,
  errors: ["not_found"],
  async handle(context) {
    // What is sent later must not end with the handler's own time limit: it has one of its own.
    const lines = await exportLines(
      { ...context, signal: context.request.signal },
      context.user.id,
      context.input,
    );
    const body = ReadableStream.from(lines).pipeThrough(new TextEncoderStream());
    return new Response(body, {
      headers: {
        "content-type": LINES,
        "content-disposition": 'attachment; filename="streamvibe-export.ndjson"',
      },
    });
  },
});
