/** The members of each topic, and their presence. A private and a public topic of the same name are unrelated. */
import type { Broadcast } from "./frames.ts";

export interface Member {
  mayReceive(): boolean;
  broadcast(message: Broadcast): void;
  presence(diff: PresenceDiff): void;
}

type Metas = { metas: Record<string, unknown>[] };
export type PresenceState = Record<string, Metas>;
export interface PresenceDiff {
  joins: PresenceState;
  leaves: PresenceState;
}

interface Topic {
  members: Set<Member>;
  present: Map<Member, { key: string; meta: Record<string, unknown> }>;
}

export class Topics {
  readonly #topics = new Map<string, Topic>();
  #refs = 0;

  join(name: string, member: Member): void {
    const topic = this.#topics.get(name) ?? { members: new Set(), present: new Map() };
    topic.members.add(member);
    this.#topics.set(name, topic);
  }

  leave(name: string, member: Member): void {
    const topic = this.#topics.get(name);
    this.untrack(name, member);
    topic?.members.delete(member);
    if (topic?.members.size === 0) this.#topics.delete(name);
  }

  /** Sends to every member of the topic except `from`. */
  broadcast(name: string, message: Broadcast, from?: Member): void {
    for (const member of this.#topics.get(name)?.members ?? []) {
      if (member !== from && member.mayReceive()) member.broadcast(message);
    }
  }

  present(name: string): PresenceState {
    const state: PresenceState = {};
    for (const { key, meta } of this.#topics.get(name)?.present.values() ?? []) {
      (state[key] ??= { metas: [] }).metas.push(meta);
    }
    return state;
  }

  track(name: string, member: Member, key: string, payload: Record<string, unknown>): void {
    const topic = this.#topics.get(name);
    if (!topic) return;
    const before = topic.present.get(member);
    const ref = `${Date.now().toString(36)}.${++this.#refs}`;
    const meta = { ...payload, phx_ref: ref, ...(before ? { phx_ref_prev: before.meta.phx_ref } : {}) };
    topic.present.set(member, { key, meta });
    this.#tell(topic, {
      joins: { [key]: { metas: [meta] } },
      leaves: before ? { [key]: { metas: [before.meta] } } : {},
    });
  }

  untrack(name: string, member: Member): void {
    const topic = this.#topics.get(name);
    const before = topic?.present.get(member);
    if (!topic || !before) return;
    topic.present.delete(member);
    this.#tell(topic, { joins: {}, leaves: { [before.key]: { metas: [before.meta] } } });
  }

  #tell(topic: Topic, diff: PresenceDiff): void {
    for (const member of topic.members) {
      if (member.mayReceive()) member.presence(diff);
    }
  }
}

export function topicName(topic: string, isPrivate: boolean): string {
  return `${isPrivate ? "private" : "public"}:${topic}`;
}
