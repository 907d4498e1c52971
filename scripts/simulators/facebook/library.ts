/** People and their Facebook Pages, made up from seeds, edited by tests, journaled so that edits outlive a restart. */
import type { JournalEvent } from "../journal.ts";
import { captionFor } from "../meta/captions.ts";
import type { World } from "../provider.ts";
import { hash, Seeded } from "../seeded.ts";

export type PostKind = "text" | "link" | "photo" | "album" | "video" | "reel" | "share";

export interface Part {
  readonly id: string;
  readonly type: "photo" | "video";
}

export interface PostRecord {
  /** `{page}_{number}` */
  readonly id: string;
  readonly order: number;
  kind: PostKind;
  message: string | null;
  /** Milliseconds since 1970. */
  at: number;
  reactions: number;
  comments: number;
  shares: number;
  parts: Part[];
  /** Of videos and reels. */
  video: { id: string; title: string | null; seconds: number; views: number } | null;
  /** Some videos and reels have no post; their own lists name them. */
  has_post: boolean;
  /** Unpublished posts keep their place in the list and are not shown. */
  hidden: boolean;
}

export interface PageRecord {
  readonly id: string;
  readonly person: string;
  name: string;
  username: string | null;
  followers: number;
  /** What the person may do there. */
  tasks: string[];
  repeats: boolean;
  posts: PostRecord[];
  next_order: number;
}

export interface PageWish {
  readonly person_id?: string | undefined;
  readonly name?: string | undefined;
  readonly posts?: number | undefined;
  readonly seed?: number | undefined;
  readonly newest_at?: string | undefined;
  readonly days_between?: number | undefined;
  readonly tasks?: string[] | undefined;
  readonly repeats?: boolean | undefined;
  /** Nothing unpublished, and every video has a post. */
  readonly plain?: boolean | undefined;
}

export interface PostEdit {
  readonly kind?: PostKind | undefined;
  readonly message?: string | null | undefined;
  readonly at?: string | undefined;
  readonly reactions?: number | undefined;
  readonly comments?: number | undefined;
  readonly shares?: number | undefined;
  readonly parts?: number | undefined;
  readonly seconds?: number | undefined;
  readonly has_post?: boolean | undefined;
  readonly hidden?: boolean | undefined;
}

export const all_tasks = ["ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE", "MANAGE"];

const day = 86_400_000;

/** Always there, for the consent page: the first person has two Pages. */
const defaults: readonly (PageWish & { person: number })[] = [
  { person: 1, name: "Harbour Lights Studio", posts: 120, seed: 21 },
  { person: 1, name: "Harbour Lights Repairs", posts: 12, seed: 22 },
  { person: 2, name: "Kettle & Compass", posts: 51, seed: 23 },
];

export class FacebookLibrary {
  readonly #world: World;
  readonly #pages = new Map<string, PageRecord>();
  readonly #people = new Map<string, string>();
  #created = 0;

  constructor(world: World) {
    this.#world = world;
    this.#fill();
  }

  people(): { id: string; name: string; pages: PageRecord[] }[] {
    return [...this.#people].map(([id, name]) => ({ id, name, pages: this.pagesOf(id) }));
  }

  isPerson(id: string): boolean {
    return this.#people.has(id);
  }

  pagesOf(person: string): PageRecord[] {
    return [...this.#pages.values()].filter((page) => page.person === person);
  }

  page(id: string): PageRecord | undefined {
    return this.#pages.get(id);
  }

  create(wish: PageWish): PageRecord {
    this.#world.journal.record({ provider: "facebook", kind: "page", wish });
    return this.#create(wish);
  }

  /** A person without any Page. */
  createPerson(): string {
    this.#world.journal.record({ provider: "facebook", kind: "person" });
    return this.#createPerson();
  }

  change(page: PageRecord, change: Partial<Pick<PageRecord, "name" | "tasks" | "repeats">>): void {
    this.#world.journal.record({ provider: "facebook", kind: "change", page: page.id, change });
    Object.assign(page, change);
  }

  add(page: PageRecord, edit: PostEdit): PostRecord {
    const now = this.#world.clock.now();
    this.#world.journal.record({ provider: "facebook", kind: "add", page: page.id, edit, now });
    return this.#add(page, edit, now);
  }

  edit(page: PageRecord, id: string, edit: PostEdit): PostRecord | undefined {
    this.#world.journal.record({ provider: "facebook", kind: "edit", page: page.id, id, edit });
    return this.#edit(page, id, edit);
  }

  remove(page: PageRecord, id: string): boolean {
    this.#world.journal.record({ provider: "facebook", kind: "remove", page: page.id, id });
    return this.#remove(page, id);
  }

  /** What a list of the Page names, newest first. Unpublished posts keep their place in it. */
  list(page: PageRecord, edge: "published_posts" | "videos" | "video_reels"): PostRecord[] {
    const belongs = (post: PostRecord) =>
      edge === "published_posts"
        ? post.has_post
        : edge === "videos"
        ? post.kind === "video"
        : post.kind === "reel";
    return page.posts.filter(belongs).toSorted((one, other) => other.order - one.order);
  }

  /** By the id of the post or of its video. */
  find(id: string): { page: PageRecord; post: PostRecord; is_video: boolean } | undefined {
    for (const page of this.#pages.values()) {
      const post = page.posts.find((one) => one.id === id || one.video?.id === id);
      if (post !== undefined) return { page, post, is_video: post.video?.id === id };
    }
    return undefined;
  }

  replay(event: JournalEvent): void {
    if (event.kind === "page") this.#create(event.wish as PageWish);
    if (event.kind === "person") this.#createPerson();
    const page = this.#pages.get(String(event.page));
    if (page === undefined) return;
    if (event.kind === "change") Object.assign(page, event.change);
    if (event.kind === "add") this.#add(page, event.edit as PostEdit, Number(event.now));
    if (event.kind === "edit") this.#edit(page, String(event.id), event.edit as PostEdit);
    if (event.kind === "remove") this.#remove(page, String(event.id));
  }

  reset(): void {
    this.#pages.clear();
    this.#people.clear();
    this.#created = 0;
    this.#fill();
  }

  #fill(): void {
    const people = new Map<number, string>();
    for (const { person, ...wish } of defaults) {
      const page = this.#create({ ...wish, person_id: people.get(person) });
      people.set(person, page.person);
    }
  }

  #createPerson(): string {
    const number = ++this.#created;
    const id = `1022${String(hash(`facebook person ${number}`) % 10_000_000_000).padStart(10, "0")}${number}`;
    this.#people.set(id, `Person ${number}`);
    return id;
  }

  #create(wish: PageWish): PageRecord {
    const person = wish.person_id ?? this.#createPerson();
    const number = ++this.#created;
    const seed = wish.seed ?? number;
    const chance = new Seeded(seed, 0xfb);
    const page: PageRecord = {
      id: `1000${String(hash(`facebook page ${number}`)).padStart(10, "0")}${number}`,
      person,
      name: wish.name ?? `Page ${number}`,
      username: chance.chance(0.7) ? `page.${number}.simulated` : null,
      followers: chance.between(0, 90_000),
      tasks: wish.tasks ?? all_tasks,
      repeats: wish.repeats ?? false,
      posts: [],
      next_order: 0,
    };
    const count = wish.posts ?? 20;
    const newest = wish.newest_at ? Date.parse(wish.newest_at) : Date.parse("2026-11-15T17:00:00Z");
    for (let index = 0; index < count; index++) {
      const at = newest - (count - 1 - index) * (wish.days_between ?? 2) * day;
      page.posts.push(this.#generate(page, seed, index, at, wish.plain ?? false));
    }
    this.#pages.set(page.id, page);
    return page;
  }

  #generate(page: PageRecord, seed: number, index: number, at: number, plain: boolean): PostRecord {
    const chance = new Seeded(seed, index, 0xfb9);
    const kinds: PostKind[] = [
      "text",
      "text",
      "link",
      "photo",
      "photo",
      "photo",
      "album",
      "album",
      "video",
      "video",
      "reel",
      "reel",
      "share",
    ];
    const kind = chance.pick(kinds);
    const post = this.#blank(page, kind, at);
    const reactions = Math.floor(10 ** (1 + chance.next() * 3));
    Object.assign(post, {
      message: captionFor(chance, index) ?? (kind === "text" ? "…" : null),
      reactions,
      comments: chance.between(0, Math.ceil(reactions / 10)),
      shares: chance.chance(0.4) ? 0 : chance.between(1, 50),
      has_post: plain || post.video === null || chance.chance(0.85),
      hidden: !plain && chance.chance(0.04),
    });
    if (post.video) {
      post.video.seconds = kind === "reel" ? chance.between(5, 90) + 0.4 : chance.between(10, 3_600) + 0.7;
    }
    if (post.video) post.video.views = reactions * chance.between(5, 40);
    if (post.video && chance.chance(0.3)) post.video.title = `Episode ${index + 1}`;
    if (kind === "album") post.parts = this.#parts(post.id, chance.between(2, 8), chance);
    return post;
  }

  #blank(page: PageRecord, kind: PostKind, at: number): PostRecord {
    const order = page.next_order++;
    const id = `${page.id}_${String(700_000_000 + order)}`;
    return {
      id,
      order,
      kind,
      message: null,
      at,
      reactions: 0,
      comments: 0,
      shares: 0,
      parts: [],
      video: kind === "video" || kind === "reel"
        ? { id: this.#videoId(id), title: null, seconds: 30, views: 0 }
        : null,
      has_post: true,
      hidden: false,
    };
  }

  #videoId(post: string): string {
    return `8${String(hash(`video ${post}`)).padStart(10, "0")}${post.slice(-6)}`;
  }

  #parts(id: string, count: number, chance: Seeded): Part[] {
    return Array.from({ length: count }, (_, index) => ({
      id: `9${String(hash(`${id} ${index}`)).padStart(10, "0")}${index}`,
      type: chance.chance(0.15) ? "video" as const : "photo" as const,
    }));
  }

  #add(page: PageRecord, edit: PostEdit, now: number): PostRecord {
    const post = this.#blank(page, edit.kind ?? "text", now);
    page.posts.push(post);
    return this.#edit(page, post.id, edit) ?? post;
  }

  #edit(page: PageRecord, id: string, edit: PostEdit): PostRecord | undefined {
    const post = page.posts.find((one) => one.id === id || one.video?.id === id);
    if (post === undefined) return undefined;
    const { at, parts, seconds, kind, ...rest } = edit;
    Object.assign(post, Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)));
    if (at !== undefined) post.at = Date.parse(at);
    if (seconds !== undefined && post.video) post.video.seconds = seconds;
    if (kind !== undefined) post.kind = kind;
    if (parts !== undefined || (post.kind === "album" && post.parts.length === 0)) {
      post.parts = this.#parts(post.id, parts ?? 3, new Seeded(hash(post.id)));
    }
    return post;
  }

  #remove(page: PageRecord, id: string): boolean {
    const before = page.posts.length;
    page.posts = page.posts.filter((post) => post.id !== id && post.video?.id !== id);
    return page.posts.length < before;
  }
}
