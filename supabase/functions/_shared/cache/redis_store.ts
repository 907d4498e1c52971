/**
 * Cache entries and leases in Redis (`REDIS_URL`), for installations whose database should not hold them. Changes still come from the
 * database, whose triggers record them. A process that finds that nobody has polled the database within HEARD_MS polls it and publishes the
 * changes in Redis for all processes, so the number of polls does not grow with the processes. An entry is void when a change of one of its
 * tags was published after its lease began.
 */
import type { Redis } from "ioredis";
import * as z from "zod";
import type { Keeping, Lease, Store, Taken } from "./store.ts";

/** Polls the database for tags that have changed since a mark. */
export type Listen = (since: string | null) => Promise<{ mark: string; tags: string[] }>;

/** Maximum age of the knowledge about changes when an entry is returned. */
const HEARD_MS = 50;
/** If nobody has polled the database for this long, its changes are no longer known and every entry is void. */
const LONGEST_SILENCE_MS = 60_000;
/** How long changes are remembered; longer than any entry is kept. */
const REMEMBERED_MS = 3_600_000;

// Redis runs each script atomically. All keys have the same hash tag, so that a cluster stores them on one node.
const NOW =
  "local t = redis.call('TIME'); local now = t[1] * 1000 + math.floor(t[2] / 1000); local p = KEYS[1]; ";
const SCRIPTS = {
  /** key, lease_ms, is_early, own fence → now, heard, value, tags, age, fresh, cost, fence. */
  take: NOW + `
    local e = redis.call('HMGET', p .. 'e:' .. ARGV[1], 'value', 'tags', 'from', 'put', 'fresh', 'cost')
    local since = tonumber(redis.call('GET', p .. 'since') or now + 1)
    if e[1] then
      local from = tonumber(e[3])
      local void = from < since
      for _, tag in ipairs(cjson.decode(e[2])) do
        local at = redis.call('GET', p .. 't:' .. tag)
        if at and tonumber(at) >= from then void = true end
      end
      if void then e = {false} end
    end
    local fresh = e[1] and tonumber(e[5]) > now
    local fence = false
    if not fresh or ARGV[3] == '1' then
      local held = redis.call('GET', p .. 'l:' .. ARGV[1])
      if held and held == ARGV[4] then fence = held
      elseif not held and tonumber(ARGV[2]) > 0 then
        fence = tostring(redis.call('INCR', p .. 'fence'))
        redis.call('SET', p .. 'l:' .. ARGV[1], fence, 'PX', ARGV[2])
      end
    elseif ARGV[4] ~= '' and redis.call('GET', p .. 'l:' .. ARGV[1]) == ARGV[4] then redis.call('DEL', p .. 'l:' .. ARGV[1]) end
    local heard = redis.call('GET', p .. 'heard')
    return {now, heard or '', e[1] or '', e[2] or '', e[4] and now - tonumber(e[4]) or 0, fresh and 1 or 0, e[6] or '0', fence or ''}`,
  /** key, fence, from, value, tags, fresh_ms, keep_ms, cost → kept, lost or changed. */
  put: NOW + `
    if redis.call('GET', p .. 'l:' .. ARGV[1]) ~= ARGV[2] then return 'lost' end
    redis.call('DEL', p .. 'l:' .. ARGV[1])
    local from = tonumber(ARGV[3])
    if from < tonumber(redis.call('GET', p .. 'since') or now + 1) then return 'lost' end
    for _, tag in ipairs(cjson.decode(ARGV[5])) do
      local at = redis.call('GET', p .. 't:' .. tag)
      if at and tonumber(at) >= from then return 'changed' end
    end
    redis.call('HSET', p .. 'e:' .. ARGV[1], 'value', ARGV[4], 'tags', ARGV[5], 'from', from, 'put', now, 'fresh', now + ARGV[6], 'cost', ARGV[8])
    redis.call('PEXPIRE', p .. 'e:' .. ARGV[1], ARGV[7])
    return 'kept'`,
  /** key, fence, lease_ms → whether it is still held. */
  extend: NOW + `
    if redis.call('GET', p .. 'l:' .. ARGV[1]) ~= ARGV[2] then return 0 end
    if ARGV[3] == '0' then redis.call('DEL', p .. 'l:' .. ARGV[1]) else redis.call('PEXPIRE', p .. 'l:' .. ARGV[1], ARGV[3]) end
    return 1`,
  /** → now, heard, mark. */
  heard: NOW + `return {now, redis.call('GET', p .. 'heard') or '', redis.call('GET', p .. 'mark') or ''}`,
  /** mark, asked at, is_anew, previous mark, tags → 1, or 0 when another process published in the meantime. */
  tell: NOW + `
    if (redis.call('GET', p .. 'mark') or '') ~= ARGV[4] then return 0 end
    for i = 5, #ARGV do
      redis.call('SET', p .. 't:' .. ARGV[i], now, 'PX', ${REMEMBERED_MS})
      redis.call('ZADD', p .. 'changes', now, ARGV[i])
    end
    redis.call('ZREMRANGEBYSCORE', p .. 'changes', '-inf', now - ${REMEMBERED_MS})
    if ARGV[3] == '1' then redis.call('SET', p .. 'since', now) end
    redis.call('SET', p .. 'mark', ARGV[1])
    if tonumber(ARGV[2]) > tonumber(redis.call('GET', p .. 'heard') or 0) then redis.call('SET', p .. 'heard', ARGV[2]) end
    return 1`,
  /** mark → now, since, tags. */
  changes: NOW + `
    local tags = {}
    if ARGV[1] ~= '' then tags = redis.call('ZRANGEBYSCORE', p .. 'changes', ARGV[1], '+inf') end
    return {now, redis.call('GET', p .. 'since') or '', tags}`,
};

const Reply = {
  take: z.tuple([
    z.coerce.number(),
    z.string(),
    z.string(),
    z.string(),
    z.coerce.number(),
    z.coerce.number(),
    z.coerce.number(),
    z.string(),
  ]),
  heard: z.tuple([z.coerce.number(), z.string(), z.string()]),
  changes: z.tuple([z.coerce.number(), z.string(), z.array(z.string())]),
};

/** The current poll of each database, shared by all callers. A caller that needs all changes up to now waits for the next poll. */
const hearing = new Map<string, { running: Promise<void>; next?: Promise<void> }>();

/** The store in Redis, for one database. Each request creates its own, so that its polls of the database are counted for that request. */
export class RedisStore implements Store {
  #prefix: string;

  /** @param name Name of the database; several may share one Redis. */
  constructor(private readonly redis: Redis, name: string, private readonly listen: Listen) {
    this.#prefix = `{streamvibe:${name}}:`;
  }

  async take(key: string, lease_ms: number, { is_early = false, within_ms = HEARD_MS } = {}): Promise<Taken> {
    let reply = await this.#taken(key, lease_ms, is_early, "");
    const is_heard = reply[1] !== "" && reply[0] - Number(reply[1]) <= Math.min(within_ms, HEARD_MS);
    // An entry that is returned, or computed from now on, must reflect all changes up to now.
    if (!is_heard) {
      await this.#hear(within_ms === 0);
      reply = await this.#taken(key, lease_ms, is_early, reply[7]);
    }
    const [now, , value, tags, age_ms, is_fresh, cost_ms, fence] = reply;
    return {
      entry: value === "" ? null : { value: JSON.parse(value), tags: JSON.parse(tags), age_ms, cost_ms },
      is_fresh: is_fresh === 1,
      lease: fence === "" ? null : { key, fence: Number(fence), snapshot: String(now) },
    };
  }

  async put(lease: Lease, value: unknown, { tags, fresh_ms, keep_ms, cost_ms }: Keeping) {
    const args = [lease.key, lease.fence, lease.snapshot, JSON.stringify(value), JSON.stringify(tags)];
    // Poll for the changes since the lease began, so that a computation on outdated data is detected.
    if (tags.length > 0) await this.#hear(true);
    const outcome = await this.#run(SCRIPTS.put, ...args, fresh_ms, keep_ms, Math.round(cost_ms));
    return z.enum(["kept", "lost", "changed"]).parse(outcome);
  }

  async extend({ key, fence }: Lease, lease_ms: number): Promise<boolean> {
    return await this.#run(SCRIPTS.extend, key, fence, lease_ms) === 1;
  }

  async changes(since: string | null): Promise<{ mark: string; tags: string[]; is_anew: boolean }> {
    const [at, heard] = Reply.heard.parse(await this.#run(SCRIPTS.heard));
    if (heard === "" || at - Number(heard) > HEARD_MS) await this.#hear(false);
    const [now, begun, tags] = Reply.changes.parse(await this.#run(SCRIPTS.changes, since ?? ""));
    const is_anew = since !== null && (begun === "" || Number(begun) > Number(since));
    return { mark: String(now), tags, is_anew };
  }

  forget(): Promise<void> {
    throw new Error("Cannot invalidate tags in Redis: the changes come from the database");
  }

  /** @param is_now Whether the poll must begin after this call, so that one already running is not enough. */
  async #hear(is_now: boolean): Promise<void> {
    const known = hearing.get(this.#prefix);
    if (!known) return await this.#begin();
    if (!is_now) return await known.running;
    known.next ??= known.running.catch(() => {}).then(() => this.#begin());
    await known.next;
  }

  #begin(): Promise<void> {
    const running = this.#ask().finally(() => {
      if (hearing.get(this.#prefix)?.running === running) hearing.delete(this.#prefix);
    });
    hearing.set(this.#prefix, { running });
    return running;
  }

  async #ask(): Promise<void> {
    // Publishing the same changes twice would void entries computed in between, so a poll that lost the race is discarded.
    while (!await this.#askOnce());
  }

  async #askOnce(): Promise<boolean> {
    const [now, heard, mark] = Reply.heard.parse(await this.#run(SCRIPTS.heard));
    const is_anew = mark === "" || heard === "" || now - Number(heard) > LONGEST_SILENCE_MS;
    const changes = await this.listen(is_anew ? null : mark);
    return await this.#run(SCRIPTS.tell, changes.mark, now, is_anew ? 1 : 0, mark, ...changes.tags) === 1;
  }

  async #taken(key: string, lease_ms: number, is_early: boolean, fence: string) {
    return Reply.take.parse(await this.#run(SCRIPTS.take, key, lease_ms, is_early ? 1 : 0, fence));
  }

  async #run(script: string, ...args: (string | number)[]): Promise<unknown> {
    return await evaluate(this.redis, script, this.#prefix, args);
  }
}

const digests = new Map<string, string>();

/** Runs a script by its digest, so that its text is sent only once. */
async function evaluate(
  redis: Redis,
  script: string,
  key: string,
  args: (string | number)[],
): Promise<unknown> {
  const digest = digests.get(script);
  if (digest !== undefined) {
    try {
      return await redis.evalsha(digest, 1, key, ...args);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
    }
  }
  digests.set(script, String(await redis.script("LOAD", script)));
  return await redis.evalsha(digests.get(script) ?? "", 1, key, ...args);
}

const connections = new Map<string, Redis>();

/** Returns the connection of this process. It opens at the first call and reconnects when it is lost. No command waits longer than a second. */
export async function redisAt(url: string): Promise<Redis> {
  const known = connections.get(url);
  if (known) return known;
  // Imported only where it is used: it is 200 kB.
  const { Redis } = await import("ioredis");
  const redis = connections.get(url) ?? new Redis(url, {
    lazyConnect: true,
    connectTimeout: 1_000,
    commandTimeout: 1_000,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
  });
  if (!connections.has(url)) redis.on("error", () => {});
  connections.set(url, redis);
  return redis;
}

/** Closes the connection to `url`, or all connections of this process; for tests and commands. */
export function closeRedis(url?: string): void {
  for (const [at, redis] of connections) {
    if (url !== undefined && at !== url) continue;
    redis.disconnect();
    connections.delete(at);
  }
}
