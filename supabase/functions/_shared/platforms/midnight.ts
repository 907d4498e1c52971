/** Returns the next midnight in a time zone, when providers reset their quotas; correct also on days when the clocks change. */
export function nextMidnight(timeZone: string, now: Date): Date {
  const today = dayIn(timeZone, now);
  // No day is longer than 25 hours, so the next day begins within the next 25.
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
