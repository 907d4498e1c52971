/** The time that a clock on a wall shows somewhere, as an instant. */

/** Whether a runtime knows the zone. */
export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/**
 * The instant of a local time such as `2026-11-30T09:00`. Of two, in the night when clocks go back, the earlier; a time that clocks leave out
 * is as much later as they jump.
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

/** Milliseconds that clocks there are ahead of UTC. */
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
