/** The message after returning from Stripe's pages: what happened there, as far as Stripe has reported it. Polls for a while. */
import type { Output } from "@streamvibe/client";
import type { UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { queries } from "../data/client.ts";
import { useCall } from "../data/queries.ts";
import { studio as t } from "../texts/studio.ts";
import { useWish } from "../ui/address.ts";
import { Button } from "../ui/parts.tsx";

type Status = Output<"billing-status">;
/** How long, and how often, to poll for Stripe's report. */
const LOOKED_MS = 60_000;
const EVERY_MS = 2_000;
/** A return later than this no longer counts as a return from the portal. */
const AWAY_MS = 3_600_000;
const LEFT = "left-for-portal";

const mark = ({ plan, status, next }: Status) => [plan.slug, status, next.kind, next.at].join();

/** Stores the state before the portal opens, because Stripe does not report to the page what was done there. */
export const leaveForPortal = (now: Status | undefined): void =>
  sessionStorage.setItem(LEFT, JSON.stringify({ at: Date.now(), mark: now && mark(now) }));

function takeLeft(): string | undefined {
  const kept = sessionStorage.getItem(LEFT);
  sessionStorage.removeItem(LEFT);
  const left: { at: number; mark?: string } | null = kept && JSON.parse(kept);
  return left && Date.now() - left.at < AWAY_MS ? left.mark : undefined;
}

/** Returns the billing status, the message to show first, and whether a payment may still be pending. */
export function useReturn(): [UseQueryResult<Status, Error>, ReactNode, isAwaited: boolean] {
  const [{ checkout, session_id }] = useWish();
  const [left] = useState(takeLeft);
  const from = checkout ?? (left && "portal");
  const [isLooking, setLooking] = useState(from === "success" || from === "portal");
  const status = useCall("billing-status", undefined, { every: isLooking && EVERY_MS });
  const now = status.data;
  const isThere = now !== undefined && (from === "success" ? !now.can_subscribe : mark(now) !== left);
  useEffect(() => {
    if (!isLooking) return;
    const timer = setTimeout(() => setLooking(false), LOOKED_MS);
    return () => clearTimeout(timer);
  }, [isLooking]);
  useEffect(() => {
    if (!isThere || !isLooking) return;
    setLooking(false);
    void queries.invalidateQueries({ predicate: ({ queryKey: [name] }) => name !== "billing-status" });
  }, [isThere, isLooking]);
  const state = isThere
    ? "there"
    : from === "success" && now?.next.kind === "finish_payment"
    ? "unpaid"
    : isLooking
    ? "awaited"
    : "late";
  const words = from === "success" || from === "portal"
    ? t.plan.back[from][state]
    : from === "cancelled"
    ? t.plan.back.cancelled
    : undefined;
  const said = words && (
    <div className="card" role="status">
      <p>
        <strong>{words.title}</strong>
      </p>
      <p>{state === "there" || state === "unpaid" ? now?.next.text : words.text}</p>
      {state === "late" && from !== "cancelled" && (
        <>
          {from === "success" && session_id && (
            <p>
              {t.plan.back.number} <code>{session_id}</code>
            </p>
          )}
          <div className="actions">
            <Button
              onClick={() => {
                setLooking(true);
                void status.refetch();
              }}
            >
              {t.plan.back.look}
            </Button>
          </div>
        </>
      )}
    </div>
  );
  return [status, said, from === "success" && state === "awaited"];
}
