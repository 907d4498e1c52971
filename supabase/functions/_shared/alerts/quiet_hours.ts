/** Whether it is quiet at a time: by the clock on the wall there, so that a day of 23 or 25 hours is quiet as long as the clock says. */
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
