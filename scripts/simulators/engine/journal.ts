/**
 * Persists what a provider must not lose when its process is killed: accounts, consents, edits. One line per change, written
 * before the response is sent. Without a file nothing is kept, which suits tests.
 */
export interface JournalEvent {
  readonly provider: string;
  readonly kind: string;
  readonly [member: string]: unknown;
}

export class Journal {
  readonly #path: string | undefined;

  constructor(path?: string) {
    this.#path = path;
  }

  /** Returns the events of earlier processes. A last line truncated by a kill is dropped: its change was never confirmed. */
  read(): JournalEvent[] {
    if (this.#path === undefined) return [];
    let text: string;
    try {
      text = Deno.readTextFileSync(this.#path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
    const end = text.lastIndexOf("\n") + 1;
    if (end !== text.length) Deno.writeTextFileSync(this.#path, text.slice(0, end), { mode: 0o600 });
    return text.slice(0, end).split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  }

  record(event: JournalEvent): void {
    if (this.#path === undefined) return;
    Deno.writeTextFileSync(this.#path, JSON.stringify(event) + "\n", { append: true, mode: 0o600 });
  }

  clear(): void {
    if (this.#path !== undefined) Deno.writeTextFileSync(this.#path, "", { mode: 0o600 });
  }
}
