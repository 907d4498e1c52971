/** Path and query parameters of the current URL, all strings. */
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";

export function useParam(name: string): string {
  const params = useParams({ strict: false }) as Record<string, string | undefined>;
  return params[name] ?? "";
}

export type Wish = Record<string, string | undefined>;

/** Returns the query parameters and a function that changes some of them. It replaces the history entry unless `isStep` is set. */
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

/** Returns a function that navigates to another page. */
export function useGo(): (to: string, search?: Wish) => void {
  const navigate = useNavigate();
  return (to, search) => void navigate({ to: to as "/", search: search as never });
}
