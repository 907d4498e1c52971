/** An action can remove the focused element, for example a list row. The focus then moves to the element in its place instead of being lost. */
import { type RefObject, useEffect } from "react";

const CONTROLS = "a[href], button:not([disabled]), input, select, textarea, summary";

export function useKeptFocus(frame: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    /** The element that had the focus and its ancestors, each with its position among its siblings. */
    let path: { node: Element; place: number }[] = [];
    const remember = ({ target }: FocusEvent) => {
      path = [];
      for (let node = target as Element; node !== element && node.parentElement; node = node.parentElement) {
        path.push({ node, place: [...node.parentElement.children].indexOf(node) });
      }
      path.push({ node: element, place: 0 });
    };
    // If the user moved the focus themselves, it stays where they put it.
    const forget = ({ target }: FocusEvent) =>
      setTimeout(() => {
        const node = target as Element;
        const hasLeft = node.isConnected && !node.matches(":disabled") && document.activeElement !== node;
        if (hasLeft && path[0]?.node === node) path = [];
      });
    const mend = () => {
      const [had] = path;
      const isGone = had && (!had.node.isConnected || had.node.matches(":disabled"));
      if (!isGone || document.activeElement !== document.body) return;
      const at = path.findIndex(({ node }) => node.isConnected && !node.matches(":disabled"));
      const [around, place] = [path[at]?.node, path[at - 1]?.place ?? 0];
      const inPlace = around?.children[Math.min(place, around.children.length - 1)];
      const next = inPlace?.querySelector<HTMLElement>(CONTROLS);
      if (next && inPlace?.matches("tr, li")) return next.focus();
      const heading = (around?.closest("section, .page") ?? element).querySelector<HTMLElement>("h1, h2");
      if (!heading) return;
      heading.tabIndex = -1;
      heading.focus();
    };
    const watch = new MutationObserver(mend);
    element.addEventListener("focusin", remember);
    element.addEventListener("focusout", forget);
    watch.observe(element, { childList: true, subtree: true, attributeFilter: ["disabled"] });
    return () => {
      watch.disconnect();
      element.removeEventListener("focusin", remember);
      element.removeEventListener("focusout", forget);
    };
  }, []);
}
