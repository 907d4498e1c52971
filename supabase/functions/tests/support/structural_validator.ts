/**
 * Reads a page's head as a browser does (parse5) and checks it against the engines' documentation. Written from that documentation, not from the builders:
 * https://developers.google.com/search/docs/appearance/structured-data/{video,profile-page,discussion-forum,image-license-metadata,breadcrumb},
 * https://ogp.me, https://developer.x.com/en/docs/x-for-websites/cards/overview/markup
 */
import { type DefaultTreeAdapterTypes, parse } from "parse5";

type Element = DefaultTreeAdapterTypes.Element;
type Json = Record<string, unknown>;

/** A parsed head. */
export interface ReadHead {
  title: string;
  canonical: string | undefined;
  /** In document order. */
  metas: [name: string, content: string][];
  json_ld: Json[];
}

/** Parses head tags inside a page; `faults` lists parse errors and unexpected results. */
export function readHead(html: string): { head: ReadHead; faults: string[] } {
  const faults: string[] = [];
  const page = parse(`<!doctype html><html><head>${html}</head><body></body></html>`, {
    onParseError: ({ code }) => void faults.push(`HTML: ${code}`),
  });
  const root = childrenOf(page).find((node) => node.tagName === "html");
  const [head, body] = ["head", "body"].map((name) =>
    root && childrenOf(root).find((node) => node.tagName === name)
  );
  if (!head || !body) {
    return { head: { title: "", canonical: undefined, metas: [], json_ld: [] }, faults: ["no head"] };
  }
  if (body.childNodes.length > 0) faults.push("something got out of the head into the body");
  const read: ReadHead = { title: "", canonical: undefined, metas: [], json_ld: [] };
  for (const element of childrenOf(head)) {
    const attribute = (name: string) => element.attrs.find((one) => one.name === name)?.value;
    if (element.tagName === "title") read.title = textOf(element);
    else if (element.tagName === "link" && attribute("rel") === "canonical") {
      read.canonical = attribute("href");
    } else if (element.tagName === "meta") {
      read.metas.push([attribute("property") ?? attribute("name") ?? "", attribute("content") ?? ""]);
      if (element.attrs.length !== 2) faults.push(`a meta tag has ${element.attrs.length} attributes`);
    } else if (element.tagName === "script" && attribute("type") === "application/ld+json") {
      try {
        read.json_ld.push(JSON.parse(textOf(element)));
      } catch {
        faults.push("a script is not JSON");
      }
    } else faults.push(`<${element.tagName}> was not meant to be there`);
  }
  return { head: read, faults };
}

/** Returns the violations of the engines' documented rules in a head; empty if there are none. */
export function headFaults(html: string, now: Date): string[] {
  const { head, faults } = readHead(html);
  const need = (name: string, value: unknown, is: (value: unknown) => boolean, rule: string) => {
    if (!is(value)) faults.push(`${name}: must be ${rule}, is ${JSON.stringify(value)}`);
  };
  need("title", head.title, isText, "a text");
  need("canonical", head.canonical, isUrl, "an absolute address");
  const metas = new Map<string, string[]>();
  for (const [name, content] of head.metas) metas.set(name, [...metas.get(name) ?? [], content]);
  const meta = (name: string) => metas.get(name)?.[0];
  need("description", meta("description"), isText, "a text");
  for (const name of ["og:title", "og:type", "og:description", "og:site_name"]) {
    need(name, meta(name), isText, "a text");
  }
  need("og:url", meta("og:url"), (url) => url === head.canonical, "the canonical address");
  for (const name of ["og:image", "og:video", "og:video:secure_url", "twitter:image", "article:author"]) {
    if (metas.has(name)) need(name, meta(name), isUrl, "an absolute address");
  }
  const names = head.metas.map(([name]) => name);
  for (const [name, at] of names.map((name, at) => [name, at] as const)) {
    const of = /^og:(image|video):/.exec(name)?.[1];
    if (of && !names.slice(0, at).includes(`og:${of}`)) faults.push(`${name} stands before og:${of}`);
    if (metas.get(name)?.length !== 1 && !/^(video|article):tag$/.test(name)) {
      faults.push(`${name} stands twice`);
    }
  }
  need(
    "og:type",
    meta("og:type"),
    (type) => /^(video\.other|article|profile)$/.test(String(type)),
    "a known type",
  );
  for (
    const name of [
      "video:duration",
      "og:video:width",
      "og:video:height",
      "twitter:player:width",
      "twitter:player:height",
    ]
  ) {
    if (metas.has(name)) {
      need(name, meta(name), (value) => /^[1-9]\d*$/.test(String(value)), "a whole number above 0");
    }
  }
  for (const name of ["video:release_date", "article:published_time", "article:modified_time"]) {
    if (metas.has(name)) {
      need(name, meta(name), (time) => isPast(time, now), "a time with zone, not in the future");
    }
  }
  if (metas.has("og:locale")) {
    need(
      "og:locale",
      meta("og:locale"),
      (value) => /^[a-z]{2,3}_[A-Z]{2}$/.test(String(value)),
      "language_TERRITORY",
    );
  }
  if (meta("twitter:card") === "player") {
    need(
      "twitter:player",
      meta("twitter:player"),
      (url) => isUrl(url) && String(url).startsWith("https:"),
      "an https address",
    );
    for (const name of ["twitter:image", "twitter:title", "twitter:player:width", "twitter:player:height"]) {
      need(name, meta(name), isText, "there");
    }
  } else {
    need(
      "twitter:card",
      meta("twitter:card"),
      (card) => card === "summary" || card === "summary_large_image",
      "a known card",
    );
  }
  if (head.json_ld.length === 0) faults.push("no JSON-LD");
  for (const document of head.json_ld) {
    need(
      "@context",
      document["@context"],
      (context) => context === "https://schema.org",
      "https://schema.org",
    );
    faults.push(...nodeFaults(document, now));
  }
  return faults;
}

type Rule = [is: (value: unknown, now: Date) => boolean, rule: string];

const TEXT: Rule = [isText, "a text"];
const URL_: Rule = [isUrl, "an absolute address"];
const URLS: Rule = [
  (value) => Array.isArray(value) ? value.length > 0 && value.every(isUrl) : isUrl(value),
  "addresses",
];
const PAST: Rule = [isPast, "a time with zone, not in the future"];
const TIME: Rule = [isTime, "a time with zone"];
const LANGUAGE: Rule = [(value) => /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/i.test(String(value)), "BCP 47"];
const NODE: Rule = [(value) => isNode(value), "a node"];
const COUNTERS: Rule = [
  (value) =>
    [value].flat().every((one) =>
      isNode(one) && one["@type"] === "InteractionCounter" && Number.isInteger(one.userInteractionCount) &&
      Number(one.userInteractionCount) >= 0 && isNode(one.interactionType) &&
      /^(Watch|View|Like|Comment|Share)Action$/.test(String(one.interactionType["@type"]))
    ),
  "counters",
];
const TEXTS: Rule = [(value) => [value].flat().every(isText), "texts"];
const DURATION: Rule = [
  (value) => /^PT(?=\d)(\d+H)?(\d+M)?(\d+S)?$/.test(String(value)) && /[1-9]/.test(String(value)),
  "an ISO 8601 duration above 0",
];

const TYPES: Record<
  string,
  { required: Record<string, Rule>; one_of?: string[]; other: Record<string, Rule> }
> = {
  VideoObject: {
    required: { name: TEXT, thumbnailUrl: URLS, uploadDate: PAST },
    other: {
      description: TEXT,
      duration: DURATION,
      embedUrl: URL_,
      contentUrl: URL_,
      url: URL_,
      dateModified: PAST,
      inLanguage: LANGUAGE,
      keywords: TEXTS,
      author: NODE,
      interactionStatistic: COUNTERS,
      publication: NODE,
    },
  },
  BroadcastEvent: {
    required: { isLiveBroadcast: [(value) => value === true, "true"], startDate: TIME },
    other: { endDate: TIME },
  },
  ImageObject: {
    required: { contentUrl: URL_ },
    one_of: ["creator", "creditText", "copyrightNotice", "license"],
    other: {
      creator: NODE,
      creditText: TEXT,
      name: TEXT,
      description: TEXT,
      uploadDate: PAST,
      dateModified: PAST,
      url: URL_,
      inLanguage: LANGUAGE,
      keywords: TEXTS,
    },
  },
  SocialMediaPosting: {
    required: { author: NODE, datePublished: PAST },
    one_of: ["text", "image", "video"],
    other: {
      headline: TEXT,
      text: TEXT,
      image: URLS,
      dateModified: PAST,
      url: URL_,
      sameAs: URL_,
      inLanguage: LANGUAGE,
      keywords: TEXTS,
      interactionStatistic: COUNTERS,
    },
  },
  Person: {
    required: { name: TEXT },
    other: { url: URL_, alternateName: TEXT, identifier: TEXT, description: TEXT, image: URL_, sameAs: URLS },
  },
  ProfilePage: {
    required: { mainEntity: NODE },
    other: { url: URL_, dateCreated: PAST, dateModified: PAST },
  },
  BreadcrumbList: {
    required: {
      itemListElement: [(value) => Array.isArray(value) && value.length >= 2, "two places at least"],
    },
    other: {},
  },
  ListItem: {
    required: {
      position: [(value) => Number.isInteger(value) && Number(value) > 0, "a number from 1"],
      name: TEXT,
      item: URL_,
    },
    other: {},
  },
  InteractionCounter: {
    required: {
      interactionType: NODE,
      userInteractionCount: [(value) => Number.isInteger(value), "a whole number"],
    },
    other: {},
  },
};

function nodeFaults(node: Json, now: Date): string[] {
  const type = String(node["@type"]);
  if (/Action$/.test(type)) return [];
  const rules = TYPES[type];
  if (!rules) return [`JSON-LD: ${type} is no type that is known here`];
  const faults: string[] = [];
  const check = (name: string, [is, rule]: Rule) => {
    if (!is(node[name], now)) {
      faults.push(`${type}.${name}: must be ${rule}, is ${JSON.stringify(node[name])}`);
    }
  };
  for (const [name, rule] of Object.entries(rules.required)) check(name, rule);
  if (rules.one_of && !rules.one_of.some((name) => node[name] !== undefined)) {
    faults.push(`${type}: one of ${rules.one_of.join(", ")} is required`);
  }
  for (const [name, value] of Object.entries(node)) {
    if (name.startsWith("@")) continue;
    const rule = rules.required[name] ?? rules.other[name];
    if (!rule) faults.push(`${type}.${name}: is not known here`);
    else if (!(name in rules.required)) check(name, rule);
    for (const inner of [value].flat()) if (isNode(inner)) faults.push(...nodeFaults(inner, now));
  }
  if (type === "BreadcrumbList") {
    const positions = (node.itemListElement as Json[]).map(({ position }) => position);
    if (positions.some((position, at) => position !== at + 1)) {
      faults.push("BreadcrumbList: positions are not 1, 2, 3 …");
    }
  }
  return faults;
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value.trim() !== "" && value.isWellFormed();
}

function isUrl(value: unknown): boolean {
  return typeof value === "string" && /^https?:\/\/[!-~]+$/.test(value) && URL.canParse(value);
}

function isTime(value: unknown): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(String(value)) &&
    !Number.isNaN(Date.parse(String(value)));
}

function isPast(value: unknown, now: Date): boolean {
  return isTime(value) && Date.parse(String(value)) <= now.getTime();
}

function isNode(value: unknown): value is Json & { "@type": string } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && "@type" in value;
}

function childrenOf(node: { childNodes: DefaultTreeAdapterTypes.ChildNode[] }): Element[] {
  return node.childNodes.filter((child): child is Element => "tagName" in child);
}

function textOf(element: Element): string {
  return element.childNodes.map((child) => "value" in child ? child.value : "").join("");
}
