import pg from "pg";

/** Connects as soon as the database accepts connections: it may be recovering. A lost connection surfaces with the next query. */
export async function patientClient(db_url: string): Promise<pg.Client> {
  for (const end = Date.now() + 60_000;;) {
    const client = new pg.Client({ connectionString: db_url });
    client.on("error", () => {});
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}
