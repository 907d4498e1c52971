/**
 * POST /functions/v1/mcp: serves the Model Context Protocol over streamable HTTP to creators' agents. It has no sessions, so GET and DELETE return 405.
 * Tools are operations that apps call too, with the caller's own token; see docs/mcp.md.
 */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";

const Id = z.union([z.string(), z.number()]);

export default endpoint({
  name: "mcp",
  summary: "Serves tools to creators' agents (Model Context Protocol)",
  method: "POST",
  auth: "user",
  rate: "user_read",
  /** One message of JSON-RPC 2.0. */
  input: z.looseObject({
    jsonrpc: z.literal("2.0"),
    id: Id.optional(),
    method: z.string().max(200).optional(),
    params: z.record(z.string(), z.json()).optional(),
  }),
  example: { jsonrpc: "2.0", id: 1, method: "tools/list" },
  output: z.looseObject({ jsonrpc: z.literal("2.0") }),
  // 202: a notification, which has no response. 400: refusals by the protocol itself, such as an unknown version.
  also_answers: [202, 400],
  // A model may take two minutes for a suggestion.
  timeout_ms: 145_000,
  async handle(context) {
    // Imports the SDK with the first message, so that a refused request does not wait for it.
    const { answerMcp } = await import("../_shared/mcp/server.ts");
    return await answerMcp(context);
  },
});
