/** Finds and counts channels and videos for the Data API. */
import { Accounts } from "../engine/accounts.ts";
import { type Channel, type ChannelWish, stateOf, type Video } from "./network.ts";

export class Library extends Accounts<Channel, Video, ChannelWish> {
  readonly #listed = new Map<string, { version: number; numbers: Uint32Array }>();

  byHandle(handle: string): Channel | undefined {
    const name = (handle.startsWith("@") ? handle : `@${handle}`).toLowerCase();
    return this.all().find((channel) => channel.handle === name) ?? this.inFile?.(name);
  }

  /** Finds a channel of the file by its handle, if there is a file. */
  inFile?: (handle: string) => Channel | undefined;

  /** Returns statistics.videoCount: public videos only. */
  publicVideos(id: string): number {
    const seed = this.seed(id);
    if (this.version(id) > 0) return this.below(id).filter(isPublic).reduce((count) => count + 1, 0);
    if (seed === undefined) return this.size(id);
    let count = 0;
    for (let number = 0; number < seed.items; number++) {
      const state = stateOf(seed, number);
      if (state === "public" || state === "late") count++;
    }
    return count;
  }

  /**
   * Returns videos by position for anyone who does not own the channel: unlisted ones have no entry. The positions are computed
   * once per version of the channel, since that reads every video.
   */
  listedAt(id: string, position: number, count: number): { videos: Video[]; total: number } {
    const version = this.version(id);
    let listed = this.#listed.get(id);
    if (listed?.version !== version) {
      const numbers = this.below(id).filter(({ privacy }) => privacy !== "unlisted").map(({ number }) =>
        number
      );
      listed = { version, numbers: Uint32Array.from(numbers) };
      this.#listed.set(id, listed);
    }
    const wanted = [...listed.numbers.subarray(position, position + count)];
    return {
      videos: wanted.flatMap((number) => this.below(id, number + 1).take(1).toArray()),
      total: listed.numbers.length,
    };
  }

  override reset(): void {
    super.reset();
    // The superclass constructor calls reset() before this class's fields are initialized.
    if (#listed in this) this.#listed.clear();
  }
}

function isPublic({ privacy, deleted }: Video): boolean {
  return privacy === "public" && !deleted;
}
