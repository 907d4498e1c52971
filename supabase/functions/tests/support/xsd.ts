/** Validates sitemaps against the published schemas, if these exist beside the repository. */
import { memoryPages, validateXML } from "xmllint-wasm";
import { dataFolder } from "../../../../scripts/simulators/validate_against_discovery.ts";

const folder = dataFolder();
const NAMES = ["all.xsd", "sitemap.xsd", "sitemap-video.xsd", "sitemap-image.xsd", "siteindex.xsd"] as const;
type Name = typeof NAMES[number];

/** The schemas by name; null if they do not exist. */
const SCHEMAS = ((): Record<Name, string> | null => {
  try {
    return Object.fromEntries(
      NAMES.map((name) => [name, Deno.readTextFileSync(new URL(`xsd/${name}`, folder))]),
    ) as Record<Name, string>;
  } catch {
    return null;
  }
})();

export const HAS_XSD = SCHEMAS !== null;

/** Returns the violations of the schema, one line each; empty if the schemas do not exist. */
export async function xsdFaults(xml: string, kind: "page" | "index"): Promise<string[]> {
  if (!SCHEMAS) return [];
  const preload = NAMES.filter((name) => name !== "all.xsd" && name !== "siteindex.xsd");
  const { errors } = await validateXML({
    xml: [{ fileName: "sitemap.xml", contents: xml }],
    schema: [kind === "index" ? SCHEMAS["siteindex.xsd"] : SCHEMAS["all.xsd"]],
    preload: kind === "index" ? [] : preload.map((name) => ({ fileName: name, contents: SCHEMAS[name] })),
    initialMemoryPages: 256,
    maxMemoryPages: 2 * memoryPages.GiB,
  });
  return errors.map(({ message }) => message);
}
