/** Overlays: a dialog, and the confirmation before an action that cannot be undone. Loaded when first needed. */
import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { frame as t } from "../texts/frame.ts";
import { Button } from "./parts.tsx";

export default function Dialog({ title, isOpen, onClose, isFirm, wide, children }: {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  /** Prevents closing with Escape or a click outside. */
  isFirm?: boolean;
  wide?: boolean;
  children: ReactNode;
}) {
  return (
    <ModalOverlay
      className="overlay"
      isOpen={isOpen}
      isDismissable={!isFirm}
      isKeyboardDismissDisabled={isFirm}
      onOpenChange={(open) => open || onClose()}
    >
      <Modal className={wide ? "modal wide" : "modal"}>
        <AriaDialog className="dialog" role={isFirm ? "alertdialog" : "dialog"}>
          <Heading slot="title" className="dialog-title">{title}</Heading>
          {!isFirm && (
            <button type="button" className="dialog-close" aria-label={t.close} onClick={onClose}>×</button>
          )}
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

export function Question({ title, text, action, isOpen, onAnswer, isDanger }: {
  title: string;
  text: ReactNode;
  action: string;
  isOpen: boolean;
  onAnswer: (yes: boolean) => void;
  isDanger?: boolean;
}) {
  return (
    <Dialog title={title} isOpen={isOpen} onClose={() => onAnswer(false)}>
      <div>{text}</div>
      <div className="actions end">
        <Button onClick={() => onAnswer(false)}>{t.go_back}</Button>
        <Button kind={isDanger ? "danger" : "primary"} onClick={() => onAnswer(true)}>{action}</Button>
      </div>
    </Dialog>
  );
}
