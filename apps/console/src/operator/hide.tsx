/** Asks for confirmation before hiding, and for a reason. */
import { type ReactNode, useRef } from "react";
import { operator as t } from "../texts/operator.ts";
import { useAsk } from "../ui/ask.tsx";
import { TextField } from "../ui/parts.tsx";

/** `ask` resolves to the reason, which may be empty, or to undefined if the operator cancels. */
export function useAskToHide(): [(title: string, text: string) => Promise<string | undefined>, ReactNode] {
  const [ask, question] = useAsk();
  const reason = useRef("");
  return [
    async (title, text) => {
      reason.current = "";
      const yes = await ask({
        title,
        text: (
          <>
            <p>{text}</p>
            <TextField
              label={t.one.reason}
              hint={t.one.reason_hint}
              maxLength={500}
              onChange={({ target }) => {
                reason.current = target.value;
              }}
            />
          </>
        ),
        action: t.one.hide,
        isDanger: true,
      });
      return yes ? reason.current.trim() : undefined;
    },
    question,
  ];
}
