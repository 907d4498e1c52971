/** Converts the local time of a time zone to an instant. */

/** Whether the runtime knows the time zone. */
export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/**
 * Returns the instant of a local time such as `2026-11-30T09:00`. If clocks go back and the time occurs twice, returns the earlier instant. A
 * time that clocks skip is moved later by the length of the jump.
 */
export function instantIn(zone: string, local: string): Date {
  const wanted = Date.parse(`${local}Z`);
  // Offsets change at most once within these hours.
  const guesses = [-26, 26].map((hours) => wanted - offsetAt(zone, wanted + hours * 3_600_000));
  const right = guesses.filter((guess) => guess + offsetAt(zone, guess) === wanted);
  return new Date(
    Math.min(...(right.length > 0 ? right : [wanted - offsetAt(zone, wanted - 26 * 3_600_000)])),
  );
}

/** Returns the milliseconds by which the time zone is ahead of UTC. */
function offsetAt(zone: string, instant: number): number {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(instant);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? "00";
  const shown = Date.parse(
    `${of("year")}-${of("month")}-${of("day")}T${of("hour")}:${of("minute")}:${of("second")}Z`,
  );
  return shown - Math.floor(instant / 1_000) * 1_000;
}
