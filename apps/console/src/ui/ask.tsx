/** `useAsk`: a confirmation before an action that cannot be undone. */
import { type ReactNode, useState } from "react";
import type DialogPart from "./overlay.tsx";
import type { Question as QuestionPart } from "./overlay.tsx";
import { later } from "./parts.tsx";

type PropsOf<Part extends (props: never) => unknown> = Parameters<Part>[0];
export const Dialog = later<PropsOf<typeof DialogPart>>(() => import("./overlay.tsx"));
const Question = later<PropsOf<typeof QuestionPart>>(() =>
  import("./overlay.tsx").then(({ Question }) => ({ default: Question }))
);

interface Asked {
  title: string;
  text: ReactNode;
  action: string;
  isDanger?: boolean;
}

/** `const [ask, question] = useAsk()`: render `question` on the page; `ask({…})` resolves to whether to continue. */
export function useAsk(): [(about: Asked) => Promise<boolean>, ReactNode] {
  const [open, setOpen] = useState<Asked & { answer: (yes: boolean) => void }>();
  const ask = (about: Asked) => new Promise<boolean>((answer) => setOpen({ ...about, answer }));
  return [
    ask,
    open && (
      <Question
        {...open}
        isOpen
        onAnswer={(yes: boolean) => {
          open.answer(yes);
          setOpen(undefined);
        }}
      />
    ),
  ];
}
