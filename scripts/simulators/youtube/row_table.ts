/** Stores the position of each line in typed arrays; finds rows by video id through a hash table of row numbers. */
export class RowTable {
  #count = 0;
  #capacity = 4_096;
  #ids = new BigUint64Array(this.#capacity);
  #offsets = new Float64Array(this.#capacity);
  #times = new Float64Array(this.#capacity);
  #lengths = new Uint32Array(this.#capacity);
  #table = new Uint32Array();

  add(id: string, time: number, length: number, offset: number): number {
    if (this.#count === this.#capacity) this.#grow();
    const row = this.#count++;
    this.#ids[row] = idNumber(id);
    this.#times[row] = time;
    this.#lengths[row] = length;
    this.#offsets[row] = offset;
    return row;
  }

  /** Builds the hash table; a repeated video counts as a duplicate, and its first row is kept. */
  build(): number {
    let size = 16;
    while (size < this.#count * 2) size *= 2;
    this.#table = new Uint32Array(size);
    let duplicates = 0;
    for (let row = 0; row < this.#count; row++) {
      const slot = this.#slot(this.#ids[row] as bigint);
      if (this.#table[slot] !== 0) {
        duplicates++;
        this.#lengths[row] = 0;
      } else this.#table[slot] = row + 1;
    }
    return duplicates;
  }

  kept(row: number): boolean {
    return this.#lengths[row] !== 0;
  }

  time(row: number): number {
    return this.#times[row] as number;
  }

  place(row: number): { offset: number; length: number } {
    return { offset: this.#offsets[row] as number, length: this.#lengths[row] as number };
  }

  find(id: string): number | undefined {
    if (this.#table.length === 0 || !video_id.test(id)) return undefined;
    const found = this.#table[this.#slot(idNumber(id))] as number;
    return found === 0 ? undefined : found - 1;
  }

  #slot(id: bigint): number {
    const mask = this.#table.length - 1;
    let slot = Number((id * 0x9e3779b97f4a7c15n) >> 32n & 0xffffffffn) & mask;
    for (;;) {
      const taken = this.#table[slot] as number;
      if (taken === 0 || this.#ids[taken - 1] === id) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    this.#capacity *= 2;
    const copy = <Numbers extends { set(from: Numbers): void }>(to: Numbers, from: Numbers) => {
      to.set(from);
      return to;
    };
    this.#ids = copy(new BigUint64Array(this.#capacity), this.#ids);
    this.#offsets = copy(new Float64Array(this.#capacity), this.#offsets);
    this.#times = copy(new Float64Array(this.#capacity), this.#times);
    this.#lengths = copy(new Uint32Array(this.#capacity), this.#lengths);
  }
}

export const video_id = /^[\w-]{10}[048AEIMQUYcgkosw]$/;

function idNumber(id: string): bigint {
  return new DataView(Uint8Array.fromBase64(id, { alphabet: "base64url" }).buffer).getBigUint64(0);
}
