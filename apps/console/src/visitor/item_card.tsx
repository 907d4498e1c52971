/** An item's card in lists, with its image. */
import type { Output } from "@streamvibe/client";
import type { ReactNode } from "react";
import { config, creatorPath, itemPath } from "../data/config.ts";
import { visitor as t } from "../texts/visitor.ts";
import { duration, number } from "../ui/format.ts";
import { A, Time } from "../ui/parts.tsx";

export type Item = Output<"browse-content">["content_items"][number];

export const platformName = (slug: string): string => t.platforms[slug] ?? slug;
export const categoryName = (code: string | null): string => code === null ? "" : t.categories[code] ?? code;
export const kindName = (slug: string): string => t.kinds[slug] ?? slug;

export function ItemCard({ item, rank, title, note, level = 2 }: {
  item: Item;
  rank?: number;
  title?: ReactNode;
  note?: ReactNode;
  level?: 2 | 3;
}) {
  const { creator } = item;
  const Heading = `h${level}` as const;
  return (
    <article className="item">
      <Picture id={item.id} platform={item.platform} url={item.thumbnail_url}>
        {rank !== undefined && <span className="rank">{rank}</span>}
        {item.duration_seconds !== null && <span className="corner">{duration(item.duration_seconds)}</span>}
      </Picture>
      <div className="words">
        <Heading>
          <A to={itemPath(item.id, creator.slug ?? "")}>
            {title ?? (item.title || item.description.slice(0, 90) || kindName(item.content_type))}
          </A>
        </Heading>
        <p className="by">
          {creator.slug
            ? <A to={creatorPath(creator.slug)}>{creator.display_name ?? creator.slug}</A>
            : creator.display_name}
        </p>
        {note}
        <p>
          {platformName(item.platform)} · {t.views(number(item.views_count, true))} ·{" "}
          <Time at={item.published_at} relative />
        </p>
      </div>
    </article>
  );
}

/** The platform's image if the installation shows images; otherwise a placeholder generated from the id, always the same. */
export function Picture({ id, platform, url, children, className = "" }: {
  id: string;
  platform?: string;
  url?: string | null;
  children?: ReactNode;
  className?: string;
}) {
  return (
    <span className={`picture ${className}`}>
      {config.pictures && url
        ? <img src={url} alt="" loading="lazy" decoding="async" referrerPolicy="no-referrer" />
        : <Drawn id={id} platform={platform} />}
      {children}
    </span>
  );
}

const SHAPES = ["youtube", "instagram", "tiktok", "facebook", "twitter"];

function Drawn({ id, platform = "" }: { id: string; platform?: string }) {
  const digits = numbersOf(id);
  const hue = (SHAPES.indexOf(platform) * 67 + 200 + (digits[0] ?? 0) * 9) % 360;
  const wave = (height: number, lift: number) => {
    const [a = 0, b = 0, c = 0] = digits.slice(height, height + 3).map((digit) => digit * 2.2);
    return `M0 ${lift + a} C40 ${lift - b} 60 ${lift + c} 90 ${lift - a / 2} S140 ${lift + b} 160 ${
      lift - c
    } V90 H0Z`;
  };
  return (
    <svg viewBox="0 0 160 90" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <rect width="160" height="90" fill={`hsl(${hue} 60% 30%)`} />
      <circle
        cx={20 + (digits[4] ?? 0) * 8}
        cy={14 + (digits[5] ?? 0) * 2}
        r={9 + (digits[6] ?? 0)}
        fill={`hsl(${(hue + 50) % 360} 80% 68%)`}
      />
      <path d={wave(1, 46)} fill={`hsl(${(hue + 20) % 360} 58% 42%)`} />
      <path d={wave(6, 60)} fill={`hsl(${(hue + 350) % 360} 62% 54%)`} />
      <path d={wave(9, 74)} fill={`hsl(${(hue + 330) % 360} 66% 24%)`} />
    </svg>
  );
}

/** A placeholder avatar: the first letter of the name on a colour derived from the id. */
export function Avatar({ name, id, isLarge }: { name: string; id: string; isLarge?: boolean }) {
  const hue = (numbersOf(id)[0] ?? 0) * 24;
  return (
    <span className={isLarge ? "avatar large" : "avatar"} aria-hidden="true">
      <svg viewBox="0 0 40 40">
        <rect width="40" height="40" fill={`hsl(${hue} 45% 35%)`} />
        <text x="20" y="27" textAnchor="middle" fontSize="20" fontWeight="600" fill="#fff">
          {[...name][0]?.toUpperCase()}
        </text>
      </svg>
    </span>
  );
}

/** Derives twelve numbers below 15 from a text. */
function numbersOf(text: string): number[] {
  let hash = 2166136261;
  return Array.from({ length: 12 }, (_, at) => {
    for (const letter of `${text}${at}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619);
    return Math.abs(hash >> 8) % 15;
  });
}

export function Grid({ children }: { children: ReactNode }) {
  return <ul className="grid">{children}</ul>;
}
