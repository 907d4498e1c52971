/** Unsaved input survives the end of the session and a reload, in this tab. */
import { useCallback, useState } from "react";

/** Like useState, but stored in sessionStorage until `clear` is called. */
export function useDraft<T>(name: string, initial: T): [T, (next: T | ((now: T) => T)) => void, () => void] {
  const key = `draft:${name}`;
  const [value, setValue] = useState<T>(() => {
    try {
      const kept = sessionStorage.getItem(key);
      return kept === null ? initial : JSON.parse(kept) as T;
    } catch {
      return initial;
    }
  });
  const set = useCallback((next: T | ((now: T) => T)) => {
    setValue((now) => {
      const then = typeof next === "function" ? (next as (now: T) => T)(now) : next;
      try {
        sessionStorage.setItem(key, JSON.stringify(then));
      } catch {
        // Without storage the draft lasts until the page is closed.
      }
      return then;
    });
  }, [key]);
  const clear = useCallback(() => {
    sessionStorage.removeItem(key);
    setValue(initial);
  }, [key]);
  return [value, set, clear];
}
