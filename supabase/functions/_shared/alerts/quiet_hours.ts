/** Whether a time is within the quiet hours. Compares local wall-clock time, so days of 23 or 25 hours are handled correctly. */
export function isQuiet(hours: string | undefined, time_zone: string, now: Date): boolean {
  if (!hours) return false;
  const [from = "", to = ""] = hours.split("-");
  const clock = new Intl.DateTimeFormat("en-GB", {
    timeZone: time_zone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(now);
  return from < to ? clock >= from && clock < to : clock >= from || clock < to;
}
