/**
 * One connection, for work that must stay on it: a transaction with COPY in it. COPY over `pg` itself: its streams, and those of `postgres`,
 * stop for good when they are paused on Deno. What comes out is handed on as it comes, so who reads asks for no more at once than fits into
 * memory; what goes in waits for the socket.
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

/** What `pg` calls of a query that is none of its own. */
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

  /** A row. */
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

/** Bytes that are added to, in memory that is used again: an array for each row is more than what is in it. */
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
    // A connection that is lost fails the statement that waits for it; without a listener it would end the process.
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

  /** Any number of statements without values. */
  async run(text: string): Promise<void> {
    await this.client.query(text);
  }

  /** @param take Gets rows, some at a time, in memory that is written over when it returns. */
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
