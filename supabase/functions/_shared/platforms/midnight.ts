/** The next midnight in a time zone, also on the days when its clocks change: where providers reset their quotas. */
export function nextMidnight(timeZone: string, now: Date): Date {
  const today = dayIn(timeZone, now);
  // No day is shorter than 23 hours, so the day after today begins within the next 25.
  let before = now.getTime();
  let after = before + 25 * 3_600_000;
  while (after - before > 1_000) {
    const middle = Math.floor((before + after) / 2);
    if (dayIn(timeZone, new Date(middle)) === today) before = middle;
    else after = middle;
  }
  return new Date((Math.floor(before / 1_000) + 1) * 1_000);
}

function dayIn(timeZone: string, instant: Date): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" })
    .format(instant);
}
