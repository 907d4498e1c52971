/** What the address says: parameters of the path and of the query, all texts. */
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";

export function useParam(name: string): string {
  const params = useParams({ strict: false }) as Record<string, string | undefined>;
  return params[name] ?? "";
}

export type Wish = Record<string, string | undefined>;

/** The query as it is, and how to change some of it. Replaces the entry of the history unless it is a step of its own. */
export function useWish(): [Wish, (change: Wish, isStep?: boolean) => void] {
  const wish = useSearch({ strict: false }) as Wish;
  const navigate = useNavigate();
  return [
    wish,
    (change, isStep = false) =>
      void navigate({
        to: ".",
        search: ((now: Wish) => ({ ...now, ...change })) as never,
        replace: !isStep,
        resetScroll: false,
      }),
  ];
}

/** Goes to another page. */
export function useGo(): (to: string, search?: Wish) => void {
  const navigate = useNavigate();
  return (to, search) => void navigate({ to: to as "/", search: search as never });
}
