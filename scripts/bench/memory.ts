/** The memory of a stack that this process has started, in megabytes. */

export interface Memory {
  /** Functions, gateway and every other process except PostgreSQL's and this one, which generates the load. */
  services: number;
  /** PostgreSQL's processes, without shared memory. */
  database: number;
}

/** Adds up the private memory of every process where the system reports it (Linux), otherwise the resident memory. */
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
    // A process that has ended in the meantime has no status file.
    const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
    const own = Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1] ?? (isDatabase ? 0 : rss));
    memory[isDatabase ? "database" : "services"] += own / 1_024;
  }
  return memory;
}
