import pg from "pg";

/** Delay before reconnecting. */
const AGAIN_MS = 1_000;
/** Connection timeout. */
const PATIENCE_MS = 5_000;
/** Idle time before TCP keep-alive probes, so that a connection that a router dropped is noticed. */
const KEEP_ALIVE_MS = 60_000;

export interface Listener {
  stop(): Promise<void>;
}

/**
 * Listens on a channel over its own connection, and reconnects until stopped. `wake` is also called after every connect, because
 * notifications may have been missed; `lost` once per outage.
 */
export function listenTo(
  channel: string,
  { url, application_name, wake, lost }: {
    url: string;
    application_name: string;
    wake: () => void;
    lost: (error: unknown) => void;
  },
): Listener {
  let current: pg.Client;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  let is_deaf = false;

  async function connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: url,
      application_name,
      connectionTimeoutMillis: PATIENCE_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    });
    current = client;
    let is_over = false;
    const over = (error: unknown) => {
      if (is_over || stopped) return;
      is_over = true;
      if (!is_deaf) lost(error);
      is_deaf = true;
      client.end().catch(() => {});
      timer = setTimeout(connect, AGAIN_MS);
    };
    client.on("error", over);
    client.on("end", () => over(new Error("the database closed the connection")));
    client.on("notification", wake);
    try {
      await client.connect();
      await client.query(`listen ${pg.escapeIdentifier(channel)}`);
      is_deaf = false;
      wake();
    } catch (error) {
      over(error);
    }
  }

  connect();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await current.end().catch(() => {});
    },
  };
}
