/** A request as the gateway handles it: headers that may be changed, a body that cannot grow without end. */

export const BODY_LIMIT = 8 * 1024 * 1024;

/** What a part sees while it reads such a body; the gateway answers 413. */
export class BodyTooLarge extends Error {}

export class Incoming {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  /** The address that the call came from, whatever its headers claim. */
  readonly peer: string;
  readonly body: ReadableStream<Uint8Array> | null;
  #size = 0;
  #completed: Promise<void>;

  /** `original` is for what only it can do, which is to become a WebSocket. */
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

  /** Known at once when the length was stated, otherwise once that much has come in. */
  get tooLarge(): boolean {
    return this.#size > BODY_LIMIT;
  }

  /** Aborts when the caller goes away before the answer is through. */
  get gone(): AbortSignal {
    const controller = new AbortController();
    this.#completed.catch(() => controller.abort());
    return controller.signal;
  }

  /** Not a copy of the original: that would take its abort signal along, which Deno fires after every answer. */
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
