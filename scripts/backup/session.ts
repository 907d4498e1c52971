/**
 * A single connection, for work that must stay on it: a transaction with COPY in it. It implements COPY directly on `pg`, because the
 * streams of `pg` and `postgres` hang for good when they are paused on Deno. Output is passed on as it arrives, so a reader must request no
 * more at a time than fits into memory; input waits for the socket to drain.
 */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import type { Socket } from "node:net";
import pg from "pg";

interface Connection {
  stream: Socket;
  query(text: string): void;
  sendCopyFromChunk(chunk: Uint8Array): void;
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
}

/** The methods that `pg` calls on a custom query object. */
class Copy {
  readonly #ended = Promise.withResolvers<void>();
  readonly begun = Promise.withResolvers<Connection>();

  constructor(private readonly text: string, private readonly take: (chunk: Uint8Array) => void = () => {}) {
    this.#ended.promise.catch(() => {});
    this.begun.promise.catch(() => {});
  }

  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  submit(connection: Connection): void {
    connection.query(this.text);
  }

  handleCopyInResponse(connection: Connection): void {
    this.begun.resolve(connection);
  }

  /** Receives one row. */
  handleCopyData({ chunk }: { chunk: Uint8Array }): void {
    this.take(chunk);
  }

  handleError(error: Error): void {
    this.begun.reject(error);
    this.#ended.reject(error);
  }

  handleReadyForQuery(): void {
    this.#ended.resolve();
  }

  handleCommandComplete(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleEmptyQuery(): void {}
}

const BLOCK = 262_144;

/** Growable byte buffer that reuses its memory: an array per row would take more memory than the row's data. */
export class Rows {
  #memory = new Uint8Array(BLOCK);
  length = 0;

  add(bytes: Uint8Array): void {
    const needed = this.length + bytes.length;
    if (needed > this.#memory.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#memory.length));
      larger.set(this.bytes);
      this.#memory = larger;
    }
    this.#memory.set(bytes, this.length);
    this.length = needed;
  }

  /** Valid until the next call. */
  get bytes(): Uint8Array {
    return this.#memory.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }
}

export class Session {
  private constructor(private readonly client: pg.Client) {}

  static async open(url: string): Promise<Session> {
    const client = new pg.Client({ connectionString: url });
    // A lost connection fails the pending statement; without this listener it would also end the process.
    client.on("error", () => {});
    await client.connect();
    return new Session(client);
  }

  async query<Row = Record<string, unknown>>(
    strings: TemplateStringsArray,
    ...values: unknown[]
  ): Promise<Row[]> {
    const text = strings.reduce((all, part, n) => `${all}$${n}${part}`);
    return (await this.client.query(text, values)).rows as Row[];
  }

  /** Runs any number of statements without parameters. */
  async run(text: string): Promise<void> {
    await this.client.query(text);
  }

  /** @param take Receives batches of rows in memory that is overwritten after it returns. */
  async copyOut(text: string, take: (rows: Uint8Array) => void): Promise<void> {
    const rows = new Rows();
    const copy = new Copy(text, (row) => {
      rows.add(row);
      if (rows.length < BLOCK) return;
      take(rows.bytes);
      rows.clear();
    });
    this.client.query(copy as unknown as pg.Submittable);
    await copy.ended;
    take(rows.bytes);
  }

  async copyIn(text: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const copy = new Copy(text);
    this.client.query(copy as unknown as pg.Submittable);
    const connection = await copy.begun.promise;
    try {
      for await (const bytes of chunks) {
        const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        for (let at = 0; at < chunk.length; at += BLOCK) {
          connection.sendCopyFromChunk(chunk.subarray(at, at + BLOCK));
          if (connection.stream.writableNeedDrain) {
            await Promise.race([once(connection.stream, "drain"), copy.ended]);
          }
        }
      }
    } catch (error) {
      connection.sendCopyFail("the archive cannot be read");
      await copy.ended.catch(() => {});
      throw error;
    }
    connection.endCopyFrom();
    await copy.ended;
  }

  async close(): Promise<void> {
    await this.client.end().catch(() => {});
  }
}
