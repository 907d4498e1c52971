/** A keyboard-only user: walks through a page and checks at every step that the focus is visible. */
import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { eventually } from "../../../supabase/functions/tests/support/eventually.ts";

/** Upper limit for the focus stops of a page. */
const MOST_STOPS = 1_500;

/** Requests that change something, as opposed to reads. */
const ACTION =
  /\/(rpc|functions\/v1)\/(?!admin_list|admin_get|admin_overview|get[-_]|list[-_]|search[-_]|log-usage)/;

/** Runs in the page: collects which controls are reachable, which were reached, and what is wrong with the focus. */
const WATCH = `(() => {
  const nameOf = (element) => element.tagName.toLowerCase() + " " +
    (element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent).trim().slice(0, 60);
  const isReachable = (element) =>
    element.checkVisibility({ visibilityProperty: true }) && !element.matches(":disabled") && element.tabIndex >= 0 &&
    !(element.type === "radio" && !element.checked);
  const expected = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter(isReachable);
  const seen = new Set();
  let first, before;
  globalThis.stop = () => {
    const element = document.activeElement;
    if (element === document.body || element === first && seen.size > 1) return { end: true };
    first ??= element;
    const name = nameOf(element);
    const fault = element === before || seen.has(element) ? "keeps the focus: " + name : globalThis.unseen();
    before = element;
    seen.add(element);
    return { fault, end: element === before && fault?.startsWith("keeps") };
  };
  globalThis.missed = () => expected.filter((element) => element.isConnected && isReachable(element) && !seen.has(element)).map(nameOf);
  globalThis.unseen = () => {
    const element = document.activeElement;
    if (element === document.body) return "nothing has the focus";
    const style = getComputedStyle(element);
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) return "no ring: " + nameOf(element);
    const [box] = element.getClientRects();
    if (!box || box.width < 4 || box.height < 4) return "too small to be seen: " + nameOf(element);
    const [x, y] = [Math.max(box.left, 0) + Math.min(box.width, innerWidth) / 2, box.top + Math.min(box.height, 20) / 2];
    const there = document.elementFromPoint(x, y);
    if (!there || !element.contains(there) && !there.contains(element)) return "covered or out of view: " + nameOf(element);
  };
})()`;

export class Keyboard {
  constructor(readonly page: Page) {}

  /** Tabs from the top of the page to its end. Returns faults: controls not reached, reached twice, or not visible when focused. */
  async walk(): Promise<string[]> {
    const { page } = this;
    await page.evaluate(WATCH);
    const faults: string[] = [];
    for (let stop = 0; stop < MOST_STOPS; stop++) {
      await page.keyboard.press("Tab");
      const { fault, end } = await page.evaluate<{ fault?: string; end: boolean }>("stop()");
      if (fault) faults.push(fault);
      if (end) break;
    }
    return [...faults, ...(await page.evaluate<string[]>("missed()")).map((name) => `not reached: ${name}`)];
  }

  /** Presses Tab until the target has the focus. */
  async to(target: Locator): Promise<void> {
    await target.waitFor();
    for (let stop = 0; stop < MOST_STOPS; stop++) {
      if (await has(target)) return;
      await this.page.keyboard.press("Tab");
    }
    assert.fail(`the focus never comes to ${target}`);
  }

  /** Focuses the target, waits until it is no longer busy, and presses a key. */
  async press(target: Locator, key = "Enter"): Promise<void> {
    await this.to(target);
    await eventually(async () => await target.getAttribute("aria-disabled") === null, `${target} to be free`);
    await this.page.keyboard.press(key);
  }

  async type(target: Locator, text: string): Promise<void> {
    await this.to(target);
    await this.page.keyboard.press("Control+a");
    await this.page.keyboard.press("Delete");
    await this.page.keyboard.type(text);
  }

  /** Presses a button that asks for confirmation. Checks that the dialog traps the focus and that Escape returns it, then confirms. */
  async agree(asks: Locator, answer: string | RegExp, text?: string): Promise<void> {
    const { page } = this;
    const dialog = page.getByRole("dialog");
    const held = dialog.locator(":focus").or(dialog.and(page.locator(":focus")));
    await this.press(asks);
    await dialog.waitFor();
    for (let stop = 0; stop < 8; stop++) {
      await eventually(
        () => held.count(),
        "focus in the dialog",
      );
      await page.keyboard.press(stop < 5 ? "Tab" : "Shift+Tab");
    }
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await eventually(() => has(asks), `focus back on ${asks}`);
    await page.keyboard.press("Enter");
    if (text !== undefined) await this.type(dialog.getByRole("textbox"), text);
    const done = this.#answered();
    await this.press(dialog.getByRole("button", { name: answer }));
    await dialog.waitFor({ state: "detached" });
    await done;
    await this.stands();
  }

  /** Undoes the action that a notice reports. */
  async undo(said: string | RegExp): Promise<void> {
    const notice = this.page.locator(".notice").filter({ hasText: said });
    await notice.waitFor();
    await this.page.keyboard.press("F6");
    assert.ok(
      await has(notice.getByRole("button", { name: "Undo" })),
      `F6 does not lead to Undo of ${said}`,
    );
    const done = this.#answered();
    await this.page.keyboard.press("Enter");
    await notice.waitFor({ state: "detached" });
    await done;
    await this.stands();
  }

  /** Waits for the response to the action, because the page may still show the state before it. */
  async #answered(): Promise<void> {
    await this.page.waitForResponse((response) =>
      response.request().method() === "POST" && ACTION.test(new URL(response.url()).pathname)
    );
  }

  /** Waits until some element of the page has the focus. */
  async stands(): Promise<void> {
    await eventually(() => this.page.locator("body :focus").count(), "the focus");
  }
}

export const has = async (target: Locator): Promise<boolean> =>
  await target.and(target.page().locator(":focus")).count() === 1;
