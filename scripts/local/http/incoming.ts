/** A request as the gateway handles it, with mutable headers and a body of limited size. */

export const BODY_LIMIT = 8 * 1024 * 1024;

/** Thrown to the reader of such a body; the gateway responds with 413. */
export class BodyTooLarge extends Error {}

export class Incoming {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  /** The address of the connection, whatever the headers claim. */
  readonly peer: string;
  readonly body: ReadableStream<Uint8Array> | null;
  #size = 0;
  #completed: Promise<void>;

  /** `original` is needed only to upgrade to a WebSocket. */
  constructor(readonly original: Request, info: Deno.ServeHandlerInfo) {
    const request = original;
    this.url = new URL(request.url);
    this.method = request.method;
    this.headers = new Headers(request.headers);
    this.peer = "hostname" in info.remoteAddr ? info.remoteAddr.hostname : "127.0.0.1";
    this.#completed = info.completed;
    this.#size = Number(request.headers.get("content-length") ?? 0);
    this.body = this.tooLarge ? null : this.#count(request.body);
  }

  get path(): string {
    return this.url.pathname;
  }

  /** Known immediately if the length was stated, otherwise once that much has arrived. */
  get tooLarge(): boolean {
    return this.#size > BODY_LIMIT;
  }

  /** Aborts if the caller disconnects before the response is complete. */
  get gone(): AbortSignal {
    const controller = new AbortController();
    this.#completed.catch(() => controller.abort());
    return controller.signal;
  }

  /** Not a clone of the original, which would include its abort signal; Deno fires that after every response. */
  toRequest(body: BodyInit | null = this.body): Request {
    return new Request(this.url, { method: this.method, headers: this.headers, body });
  }

  #count(body: ReadableStream<Uint8Array> | null): ReadableStream<Uint8Array> | null {
    let size = 0;
    return body?.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, controller) => {
          this.#size = Math.max(this.#size, size += chunk.byteLength);
          if (this.tooLarge) controller.error(new BodyTooLarge());
          else controller.enqueue(chunk);
        },
      }),
    ) ?? null;
  }
}
