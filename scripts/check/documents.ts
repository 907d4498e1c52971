/** Checks that documents refer only to existing files: paths in backticks and relative links. They also mention every platform. */
import { dirname, join } from "node:path";
import { PLATFORM_SLUGS } from "../../supabase/functions/_shared/platforms/platform.ts";

const PATH = /`((?:supabase|scripts|database|docs|postman)\/[\w./-]+)`/g;
const LINK = /\]\((?!\w+:)([^)#\s]+)/g;
/** The platform that docs/add-a-platform.md adds as its example. */
const EXAMPLE = "vimeo";

/** Returns references to missing files; empty if all exist. */
export async function documentProblems(files: string[]): Promise<string[]> {
  const problems: string[] = [];
  for (const file of files) {
    const text = await Deno.readTextFile(file);
    const paths = [
      ...[...text.matchAll(PATH)].map(([, path = ""]) => path).filter((path) => !path.includes(EXAMPLE)),
      ...[...text.matchAll(LINK)].map(([, path = ""]) => join(dirname(file), path)),
    ];
    for (const path of new Set(paths)) {
      const is_there = await Deno.stat(path).then(() => true, () => false);
      if (!is_there) problems.push(`${file} names ${path}, which is not there`);
    }
  }
  const [settings, platforms] = await Promise.all([
    Deno.readTextFile(".env.example"),
    Deno.readTextFile("docs/platforms.md"),
  ]);
  const sections = platforms.split("\n").filter((line) => line.startsWith("## "));
  if (sections.length !== PLATFORM_SLUGS.length) {
    problems.push(`docs/platforms.md has ${sections.length} sections for ${PLATFORM_SLUGS.length} platforms`);
  }
  for (const slug of PLATFORM_SLUGS) {
    for (const name of ["CLIENT_ID", "CLIENT_SECRET"].map((name) => `${slug.toUpperCase()}_${name}`)) {
      if (!settings.includes(`\n${name}=`)) problems.push(`.env.example does not have ${name}`);
    }
  }
  return problems;
}
