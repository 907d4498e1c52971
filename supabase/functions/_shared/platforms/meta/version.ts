import * as z from "zod";

/** The version of the Graph API, a setting of Instagram and of Facebook. */
export const META_GRAPH_VERSION = z.string().regex(/^v\d+\.\d+$/, "expected a version such as v26.0").default(
  "v26.0",
);
