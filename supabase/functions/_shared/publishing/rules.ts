/** Rules that several platforms share. */
import { type Draft, error, type Medium, type Objection, warning } from "./publisher.ts";

export interface MediaRule {
  kinds: readonly Medium["kind"][];
  types?: readonly string[];
  least?: number;
  most: number;
  bytes?: number;
  /** Width over height. */
  aspect?: readonly [number, number];
  seconds?: readonly [number, number];
  width?: readonly [number, number];
  frames?: readonly [number, number];
}

const MEGABYTE = 1_048_576;

/** Returns the objections to the number of media and to each medium. */
export function mediaObjections({ media }: Draft, title: string, rule: MediaRule): Objection[] {
  const found: Objection[] = [];
  const { least = 1, most } = rule;
  if (media.length < least || media.length > most) {
    const wanted = least === most ? `${most}` : `${least} to ${most}`;
    found.push(
      error(
        "media",
        "media_count",
        `${title}: the number of media must be ${wanted}; there ${
          media.length === 1 ? "is" : "are"
        } ${media.length}`,
        {
          count: media.length,
          limit: most,
        },
      ),
    );
  }
  for (const [index, medium] of media.entries()) {
    const name = `medium ${index + 1}`;
    const say = (code: string, message: string, counts: { count?: number; limit?: number } = {}) =>
      found.push(error("media", code, `${title}: ${name} ${message}`, counts));
    if (medium.status !== "ready") say("media_not_ready", "is not fully uploaded; upload it first");
    if (!rule.kinds.includes(medium.kind)) {
      say("media_kind", `is of kind ${medium.kind}, only ${rule.kinds.join(" or ")} is allowed here`);
      continue;
    }
    if (rule.types && !rule.types.includes(medium.mime_type)) {
      say("media_type", `is ${medium.mime_type}; ${title} takes ${rule.types.join(", ")}: convert it`);
    }
    if (rule.bytes && medium.bytes > rule.bytes) {
      say(
        "media_bytes",
        `has ${(medium.bytes / MEGABYTE).toFixed(1)} MB, the maximum is ${
          (rule.bytes / MEGABYTE).toFixed(0)
        } MB`,
        {
          count: medium.bytes,
          limit: rule.bytes,
        },
      );
    }
    const { width, height, duration_seconds, frames_per_second } = medium;
    if (width && height) {
      const aspect = width / height;
      if (rule.aspect && (aspect < rule.aspect[0] - 0.005 || aspect > rule.aspect[1] + 0.005)) {
        say(
          "media_aspect",
          `is ${width} × ${height} (${aspect.toFixed(2)}), the aspect ratio must be between ${
            rule.aspect.map((one) => one.toFixed(2)).join(" and ")
          }`,
        );
      }
      if (rule.width && (width < rule.width[0] || width > rule.width[1])) {
        say("media_width", `is ${width} pixels wide, must be ${rule.width[0]} to ${rule.width[1]}`, {
          count: width,
          limit: rule.width[1],
        });
      }
    }
    if (medium.kind === "video" && rule.seconds) {
      if (duration_seconds === null) {
        found.push(
          warning("media", "media_duration_unknown", `${title}: the length of ${name} is not known`),
        );
      } else if (duration_seconds < rule.seconds[0] || duration_seconds > rule.seconds[1]) {
        say(
          "media_duration",
          `lasts ${duration_seconds.toFixed(1)} s, must last ${rule.seconds[0]} to ${rule.seconds[1]} s`,
          {
            count: Math.round(duration_seconds),
            limit: rule.seconds[1],
          },
        );
      }
    }
    if (medium.kind === "video" && rule.frames && frames_per_second !== null) {
      if (frames_per_second < rule.frames[0] || frames_per_second > rule.frames[1]) {
        say(
          "media_frames",
          `has ${frames_per_second} frames a second, must have ${rule.frames[0]} to ${rule.frames[1]}`,
        );
      }
    }
  }
  return found;
}

/** Returns an objection if a text is too long. */
export function lengthObjection(
  field: "title" | "body" | "options",
  title: string,
  what: string,
  count: number,
  limit: number,
  unit = "characters",
): Objection[] {
  if (count <= limit) return [];
  return [
    error(field, `${field}_length`, `${title}: ${what} has ${count} ${unit}, the maximum is ${limit}`, {
      count,
      limit,
    }),
  ];
}

/** Warns about options that a platform or kind does not have, so that nobody expects an effect. */
export function optionObjections(
  { options }: Draft,
  title: string,
  known: readonly (keyof Draft["options"])[],
): Objection[] {
  return (Object.keys(options) as (keyof Draft["options"])[])
    .filter((name) => options[name] !== undefined && !known.includes(name))
    .map((name) =>
      warning(
        "options",
        "option_unknown",
        `${title} has no ${name.replaceAll("_", " ")} for this kind; it is left out`,
      )
    );
}

export function kindObjection(draft: Draft, title: string, kinds: readonly string[]): Objection[] {
  return kinds.includes(draft.kind)
    ? []
    : [error("kind", "kind_unknown", `${title} has no ${draft.kind}; it has ${kinds.join(", ")}`)];
}
