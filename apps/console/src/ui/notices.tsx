/** Short messages about completed actions, with an undo button where possible. Announced politely; they disappear after a while. */
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
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

/** Shows a message that an action is done. With `undo` it stays longer. */
export function say(text: string, undo?: () => void): void {
  set([...notices.slice(-2), { id: ++count, text, undo }]);
}

const remove = (id: number) => set(notices.filter((notice) => notice.id !== id));

export function Notices() {
  const frame = useRef<HTMLDivElement>(null);
  /** The element that had the focus before it moved to the notices. */
  const from = useRef<HTMLElement>(null);
  const shown = useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, () => notices);
  const back = () => {
    const target = from.current?.isConnected ? from.current : document.querySelector("h1");
    target?.focus({ preventScroll: target.tagName === "H1" });
  };
  useEffect(() => {
    // Notices come last in tab order, so keyboard users jump to them and back with one key.
    const look = (event: KeyboardEvent) => {
      if (event.key !== "F6") return;
      if (frame.current?.contains(document.activeElement)) back();
      else {
        const [last] = [...frame.current?.querySelectorAll("button") ?? []].reverse();
        if (!last) return;
        last.focus();
      }
      event.preventDefault();
    };
    addEventListener("keydown", look);
    return () => removeEventListener("keydown", look);
  }, []);
  return (
    <div
      className="notices"
      role="status"
      aria-live="polite"
      ref={frame}
      onFocus={({ relatedTarget }) => {
        if (relatedTarget && !frame.current?.contains(relatedTarget)) {
          from.current = relatedTarget as HTMLElement;
        }
      }}
    >
      {shown.map((notice) => <Shown key={notice.id} notice={notice} back={back} />)}
    </div>
  );
}

/** Disappears after a timeout, which pauses while the notice is hovered or focused. */
function Shown({ notice: { id, text, undo }, back }: { notice: Notice; back: () => void }) {
  const [isHeld, hold] = useState(false);
  useEffect(() => {
    if (isHeld) return;
    const timer = setTimeout(() => remove(id), undo ? 20_000 : 6_000);
    return () => clearTimeout(timer);
  }, [isHeld]);
  return (
    <div
      className="notice"
      onFocus={() => hold(true)}
      onBlur={() => hold(false)}
      onPointerEnter={() => hold(true)}
      onPointerLeave={() => hold(false)}
    >
      <span>{text}</span>
      {undo && (
        <Button
          kind="link"
          aria-keyshortcuts="F6"
          title={t.undo_key}
          onClick={() => {
            back();
            remove(id);
            undo();
          }}
        >
          {t.undo}
        </Button>
      )}
    </div>
  );
}
