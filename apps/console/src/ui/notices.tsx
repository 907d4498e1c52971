/** Short messages about what was just done, with a way back where there is one. Read out politely; gone after a while. */
import { useSyncExternalStore } from "react";
import { frame as t } from "../texts/frame.ts";
import { Button } from "./parts.tsx";

interface Notice {
  id: number;
  text: string;
  undo?: () => void;
}
let notices: Notice[] = [];
let count = 0;
const listeners = new Set<() => void>();

function set(next: Notice[]): void {
  notices = next;
  listeners.forEach((listener) => listener());
}

/** Says that something is done. With `undo` it stays longer. */
export function say(text: string, undo?: () => void): void {
  const id = ++count;
  set([...notices.slice(-2), { id, text, undo }]);
  setTimeout(() => set(notices.filter((notice) => notice.id !== id)), undo ? 20_000 : 6_000);
}

export function Notices() {
  const shown = useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, () => notices);
  return (
    <div className="notices" role="status" aria-live="polite">
      {shown.map(({ id, text, undo }) => (
        <div key={id} className="notice">
          <span>{text}</span>
          {undo && (
            <Button
              kind="link"
              onClick={() => {
                set(notices.filter((notice) => notice.id !== id));
                undo();
              }}
            >
              {t.undo}
            </Button>
          )}
        </div>
      ))}
    </div>
  );
}
