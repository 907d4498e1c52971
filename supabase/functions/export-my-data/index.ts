/**
 * GET /functions/v1/export-my-data: exports everything that StreamVibe stores about the caller, except secrets, as JSON lines (GDPR, articles 15
 * and 20). To continue after a response that was cut off, or that ends with `continue`, pass the last cursor in it.
 */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { ExportInput, exportLines } from "../_shared/privacy/export.ts";

const LINES = "application/x-ndjson";

export default endpoint({
  name: "export-my-data",
  summary: "Exports everything that StreamVibe stores about the caller, as JSON lines",
  method: "GET",
  auth: "user",
  rate: "user",
  input: ExportInput,
  example: { max_parts: "100" },
  output: z.string(),
  produces: LINES,
  errors: ["not_found"],
  async handle(context) {
    // The response is streamed after the handler has returned, so it uses the request's signal, not the handler's timeout; the export has its own time limit.
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
