/**
 * `deno run -A apps/console/first_view.ts <address>`: measures how long a new visitor waits for the first view, on a fast line
 * and on a phone-like line and processor. Prints the median of five visits, each with an empty cache.
 */
import { openBrowser } from "../../scripts/test/browser.ts";

/** Lighthouse's profiles: throttled desktop, and slow 4G with a processor four times slower. */
const PROFILES = [
  { name: "10 Mbit/s, 40 ms", bytes: 10e6 / 8, latency: 40, slowdown: 1 },
  { name: "1.6 Mbit/s, 150 ms, processor 4 times slower", bytes: 1.6e6 / 8, latency: 150, slowdown: 4 },
];
const VISITS = 5;

const median = (values: number[]): number =>
  Math.round(values.sort((one, other) => one - other)[values.length >> 1] ?? 0);

const [address = "http://127.0.0.1:54321/app"] = Deno.args;
await using opened = await openBrowser();
console.log(`load of this machine: ${Deno.loadavg().map((load) => load.toFixed(1)).join(" ")}`);
for (const { name, bytes, latency, slowdown } of PROFILES) {
  const painted: number[] = [], there: number[] = [];
  for (let visit = 0; visit < VISITS; visit++) {
    const context = await opened.browser.newContext({ viewport: { width: 412, height: 823 } });
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send("Network.enable");
    await session.send("Network.emulateNetworkConditions", {
      offline: false,
      latency,
      downloadThroughput: bytes,
      uploadThroughput: bytes / 2,
    });
    await session.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
    const started = performance.now();
    await page.goto(address, { waitUntil: "commit" });
    await page.getByRole("heading", { level: 1 }).waitFor();
    there.push(performance.now() - started);
    painted.push(await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"));
    await context.close();
  }
  console.log(`${name}: first paint ${median(painted)} ms, heading and filters ${median(there)} ms`);
}
