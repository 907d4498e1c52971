/**
 * Simulates the parts of Supabase's Management API that the official CLI needs for functions and secrets, in front of a local stack that
 * serves the deployed functions. The CLI is the real one; a profile gives it the simulator's address.
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { Home } from "../local/home/home.ts";
import { readManifest, releaseFolder, writeManifest } from "../local/functions/release.ts";

export const PROJECT = "abcdefghijklmnopqrst";
export const ACCESS_TOKEN = `sbp_${"0123456789".repeat(4)}`;

/** A platform with one project. */
export class SimulatedPlatform implements AsyncDisposable {
  readonly secrets = new Map<string, { value: string; updated_at: string }>();
  /** Every call of the CLI, such as `POST functions/deploy`. */
  readonly calls: string[] = [];
  /** Names of the functions in all deploy attempts. */
  readonly deploys: string[] = [];
  /** Functions whose bundling fails. */
  broken: string[] = [];
  /** Number of next deploys that are refused as throttled. */
  throttled = 0;
  #server: Deno.HttpServer<Deno.NetAddr>;
  #releases = 0;

  private constructor(private home: Home) {
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      (request) => this.#answer(request),
    );
  }

  static async open(home: string): Promise<SimulatedPlatform> {
    const found = await Home.find(home);
    if (!found) throw new Error(`Cannot serve a project in ${home}: it is not a stack's home`);
    const platform = new SimulatedPlatform(found);
    const url = `http://127.0.0.1:${platform.#server.addr.port}`;
    const profile = { name: "simulated", api_url: url, dashboard_url: url, project_host: "localhost" };
    await Deno.writeTextFile(
      platform.profile,
      Object.entries(profile).map((line) => line.join(": ")).join("\n"),
    );
    return platform;
  }

  /** The value of `SUPABASE_PROFILE`. */
  get profile(): string {
    return join(this.home.path, "profile.yaml");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const path = pathname.replace(`/v1/projects/${PROJECT}`, "").replace(/^\//, "");
    this.calls.push(`${request.method} ${path}`);
    if (request.headers.get("authorization") !== `Bearer ${ACCESS_TOKEN}`) {
      return Response.json({ message: "Unauthorized" }, { status: 401 });
    }
    if (path === "secrets" && request.method === "GET") return Response.json(this.#list());
    if (path === "secrets" && request.method === "POST") {
      for (const { name, value } of await request.json() as { name: string; value: string }[]) {
        this.secrets.set(name, { value, updated_at: new Date().toISOString() });
      }
      return Response.json({}, { status: 201 });
    }
    if (path === "functions/deploy") {
      const form = await request.formData();
      const slug = searchParams.get("slug") ?? "";
      this.deploys.push(slug);
      if (this.broken.includes(slug)) {
        return Response.json({ message: "Failed to bundle the function" }, { status: 400 });
      }
      if (this.throttled-- > 0) {
        return Response.json({ message: "ThrottlerException: Too Many Requests" }, { status: 429 });
      }
      return await this.#deploy(slug, form);
    }
    const [, slug] = path.match(/^functions\/([\w-]+)$/) ?? [];
    if (slug && request.method === "DELETE") {
      const { release, functions } = await readManifest(this.home);
      if (!functions.includes(slug)) return Response.json({ message: "Function not found" }, { status: 404 });
      await writeManifest(this.home, { release, functions: functions.filter((name) => name !== slug) });
      return new Response(null, { status: 200 });
    }
    if (path !== "functions") return Response.json({});
    const { functions } = await readManifest(this.home);
    return Response.json(functions.map((name) => this.#describe(name)));
  }

  #list() {
    return [...this.secrets].map(([name, { value, updated_at }]) => ({
      name,
      value: createHash("sha256").update(value).digest("hex"),
      updated_at,
    }));
  }

  /** Creates a new release: the previous one with this function's files replaced. */
  async #deploy(slug: string, form: FormData): Promise<Response> {
    const before = await readManifest(this.home);
    const release = `hosted-${++this.#releases}`;
    const folder = releaseFolder(this.home, release);
    await Deno.mkdir(dirname(folder), { recursive: true });
    if (before.release !== "none") {
      await new Deno.Command("cp", { args: ["-rl", releaseFolder(this.home, before.release), folder] })
        .output();
    }
    for (const part of form.getAll("file")) {
      if (!(part instanceof File)) continue;
      const path = join(folder, part.name.replace(/^.*?supabase\/functions\//, "functions/"));
      await Deno.mkdir(dirname(path), { recursive: true });
      // Remove the file first: it is hard-linked to the previous release.
      await Deno.remove(path).catch(() => {});
      await Deno.writeFile(path, new Uint8Array(await part.arrayBuffer()));
    }
    const functions = [...new Set([...before.functions, slug])].sort();
    await writeManifest(this.home, { release, functions });
    return Response.json(this.#describe(slug), { status: 201 });
  }

  #describe(slug: string) {
    const now = Date.now();
    return {
      id: slug,
      slug,
      name: slug,
      status: "ACTIVE",
      version: this.#releases,
      created_at: now,
      updated_at: now,
      verify_jwt: false,
    };
  }
}
