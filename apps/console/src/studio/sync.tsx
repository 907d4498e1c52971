/** Runs a sync of an account step by step. Each step is stored, so the user can leave at any time. */
import type { SyncProgress } from "@streamvibe/client";
import { useEffect, useRef, useState } from "react";
import { api, problemOf, queries } from "../data/client.ts";
import { studio as t } from "../texts/studio.ts";
import { number } from "../ui/format.ts";
import { Progress } from "../ui/parts.tsx";
import { type Account, nameOf } from "./data.ts";

export interface Syncing {
  progress: SyncProgress | undefined;
  error: Error | undefined;
  isRunning: boolean;
  start: (account: Account) => Promise<SyncProgress | undefined>;
  stop: () => void;
}

export function useSync(): Syncing {
  const [progress, setProgress] = useState<SyncProgress>();
  const [error, setError] = useState<Error>();
  const [isRunning, setRunning] = useState(false);
  const ending = useRef<AbortController>(null);
  useEffect(() => () => ending.current?.abort(), []);
  const start = async (account: Account) => {
    ending.current?.abort();
    const { signal } = ending.current = new AbortController();
    setRunning(true);
    setError(undefined);
    setProgress(undefined);
    let last: SyncProgress | undefined;
    try {
      const platform = account.platform.slug as "youtube";
      // Small steps, so that the first items appear soon.
      for await (const step of api.sync({ id: account.id, platform }, { pageSize: 25, signal })) {
        setProgress(last = step);
      }
      return last;
    } catch (thrown) {
      if (!signal.aborted) setError(problemOf(thrown));
    } finally {
      if (!signal.aborted) setRunning(false);
      for (const name of ["social_account", "content_item", "subscription", "job_queue"]) {
        void queries.invalidateQueries({ queryKey: [name] });
      }
    }
  };
  return {
    progress,
    error,
    isRunning,
    start,
    stop: () => {
      ending.current?.abort();
      setRunning(false);
    },
  };
}

export function SyncBar({ account, sync }: { account: Account; sync: Syncing }) {
  const { progress, isRunning } = sync;
  if (!progress && !isRunning) return null;
  const words = !progress
    ? t.accounts.syncing
    : progress.done
    ? t.accounts.result(progress.new_items, progress.updated_items, progress.removed_items)
    : t.welcome.sync_seen(
      number(progress.items_seen),
      progress.total_items === null ? null : number(progress.total_items),
    );
  return (
    <div role="status">
      <Progress
        label={`${t.accounts.syncing} ${nameOf(account)}`}
        value={progress?.progress ?? null}
        max={1}
        text={words}
      />
    </div>
  );
}
