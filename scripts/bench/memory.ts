/** Memory of a stack that this process has started, in megabytes. */

export interface Memory {
  /** Functions, gateway and what else is not PostgreSQL; without this process, which makes the load. */
  services: number;
  /** PostgreSQL's processes without what they share. */
  database: number;
}

/** Of every process what is its own, where the system says so (Linux); elsewhere what is resident. */
export async function stackMemory(): Promise<Memory> {
  const { stdout } = await new Deno.Command("ps", { args: ["-e", "-o", "pid=,ppid=,rss=,args="] }).output();
  const rows = new TextDecoder().decode(stdout).trim().split("\n").map((line) => {
    const [pid = "", parent = "", rss = "", ...args] = line.trim().split(/\s+/);
    return {
      pid,
      parent,
      rss: Number(rss),
      isDatabase: args[0]?.endsWith("postgres:") || args[0]?.endsWith("/postgres"),
    };
  });
  const ours = new Set([String(Deno.pid)]);
  for (let size = 0; size !== ours.size;) {
    size = ours.size;
    for (const { pid, parent } of rows) if (ours.has(parent)) ours.add(pid);
  }
  ours.delete(String(Deno.pid));
  const memory: Memory = { services: 0, database: 0 };
  for (const { pid, rss, isDatabase } of rows) {
    if (!ours.has(pid)) continue;
    // Those that have ended meanwhile have none.
    const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
    const own = Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1] ?? (isDatabase ? 0 : rss));
    memory[isDatabase ? "database" : "services"] += own / 1_024;
  }
  return memory;
}
