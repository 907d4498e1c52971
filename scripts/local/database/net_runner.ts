/**
 * Sends the requests that `net.http_post` and related functions queue, at most once and after the commit, and stores the responses, as
 * pg_net does.
 */
import postgres from "postgres";

interface QueuedRequest {
  id: string;
  method: string;
  url: string;
  headers: Record<string, string> | null;
  body: Uint8Array | null;
  timeout_milliseconds: number;
}

const BATCH = 200;
const ANSWERS_KEPT = "6 hours";

export class NetRunner {
  readonly #sql: postgres.Sql;
  #listening: { unlisten(): Promise<void> } | undefined;
  #timers: ReturnType<typeof setInterval>[] = [];
  #inFlight = new Set<Promise<void>>();
  #taking = false;
  #wokenMeanwhile = false;
  #closed = new AbortController();
  // Keeps no connections open: if a pooled one turns out closed, fetch would send the request a second time.
  readonly #client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });

  constructor(superuserUrl: string, private warn: (text: string) => void) {
    this.#sql = postgres(superuserUrl, {
      max: 3,
      onnotice: () => {},
      connection: { application_name: "streamvibe net runner" },
    });
  }

  async start(): Promise<void> {
    this.#listening = await this.#sql.listen("net_requests", () => this.#wake(), () => this.#wake());
    this.#timers.push(
      setInterval(() => this.#wake(), 5_000),
      setInterval(() => this.purge().catch(() => {}), 60_000),
    );
    await this.purge();
  }

  async stop(): Promise<void> {
    this.#closed.abort();
    this.#timers.forEach(clearInterval);
    await this.#listening?.unlisten().catch(() => {});
    await Promise.allSettled(this.#inFlight);
    this.#client.close();
    await this.#sql.end({ timeout: 1 });
  }

  async #wake(): Promise<void> {
    this.#wokenMeanwhile = true;
    if (this.#taking) return;
    this.#taking = true;
    try {
      while (this.#wokenMeanwhile && !this.#closed.signal.aborted) {
        this.#wokenMeanwhile = false;
        await this.#take();
      }
    } catch (error) {
      if (!this.#closed.signal.aborted) {
        this.warn(`net: cannot read the queue: ${error instanceof Error ? error.message : error}`);
      }
    } finally {
      this.#taking = false;
    }
  }

  async #take(): Promise<void> {
    if (this.#inFlight.size >= BATCH) return;
    // Deleted before it is sent: a request may be lost, but is never sent twice.
    const requests = await this.#sql<QueuedRequest[]>`
      delete from net.http_request_queue
      where id in (select id from net.http_request_queue order by id limit ${BATCH - this.#inFlight.size})
      returning id, method, url, headers, body, timeout_milliseconds`;
    if (requests.length > 0) this.#wokenMeanwhile = true;
    for (const request of requests) {
      const sent = this.#send(request).catch((error) => {
        if (!this.#closed.signal.aborted) this.warn(`net: cannot keep an answer: ${error.message}`);
      }).finally(() => {
        this.#inFlight.delete(sent);
        if (this.#inFlight.size === BATCH - 1) this.#wake();
      });
      this.#inFlight.add(sent);
    }
  }

  async #send({ id, method, url, headers, body, timeout_milliseconds }: QueuedRequest): Promise<void> {
    const timeout = AbortSignal.timeout(timeout_milliseconds);
    try {
      const response = await fetch(url, {
        method,
        headers: { "user-agent": "pg_net/0.20.0", ...headers },
        body: body === null ? undefined : new Uint8Array(body),
        signal: AbortSignal.any([timeout, this.#closed.signal]),
        client: this.#client,
      });
      // A text column cannot hold NUL.
      const content = (await response.text()).replaceAll("\0", "");
      await this.#sql`
        insert into net._http_response (id, status_code, content_type, headers, content, timed_out)
        values (${id}, ${response.status}, ${response.headers.get("content-type")},
          ${this.#sql.json(Object.fromEntries(response.headers))}, ${content}, false)`;
    } catch (error) {
      if (this.#closed.signal.aborted) return;
      const message = timeout.aborted
        ? `Timeout of ${timeout_milliseconds} ms reached`
        : error instanceof Error
        ? error.message
        : String(error);
      await this.#sql`
        insert into net._http_response (id, timed_out, error_msg)
        values (${id}, ${timeout.aborted}, ${message})`;
    }
  }

  /** Deletes responses after their retention period. */
  async purge(): Promise<void> {
    await this.#sql`delete from net._http_response where created < now() - ${ANSWERS_KEPT}::interval`;
  }
}
