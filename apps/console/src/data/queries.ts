/** How pages read and change data: a thin layer over TanStack Query, with the client's names and types. */
import {
  type CallOptions,
  type FunctionName,
  type Input,
  type ListName,
  type Output,
  type RpcInput,
  type RpcName,
  type RpcOutput,
  StreamVibeError,
} from "@streamvibe/client";
import {
  keepPreviousData,
  type QueryKey,
  useInfiniteQuery,
  useMutation,
  useQuery,
  type UseQueryResult,
} from "@tanstack/react-query";
import { api, limited, problemOf, queries, supabase } from "./client.ts";

interface ReadOptions {
  /** False while an input of the query is missing. */
  enabled?: boolean;
  /** Refetch interval in milliseconds. */
  every?: number | false;
  /** Keeps showing the previous response while the next one loads. */
  keep?: boolean;
  staleMs?: number;
}

/** Runs any read and caches its result under a key. */
export function useRead<T>(
  key: QueryKey,
  read: (signal: AbortSignal) => Promise<T>,
  { enabled, every = false, keep, staleMs }: ReadOptions = {},
): UseQueryResult<T, Error> {
  return useQuery({
    queryKey: key,
    queryFn: ({ signal }) => read(limited(signal)),
    enabled,
    refetchInterval: every,
    ...(keep ? { placeholderData: keepPreviousData } : {}),
    ...(staleMs === undefined ? {} : { staleTime: staleMs }),
  });
}

/** Calls an edge function: `useCall("billing-status")`. */
export function useCall<Name extends FunctionName>(name: Name, input?: Input<Name>, options?: ReadOptions) {
  return useRead<Output<Name>>([name, input ?? {}], (signal) => api.call(name, input, { signal }), options);
}

/** Calls a database function. */
export function useRpc<Name extends RpcName>(name: Name, args?: RpcInput<Name>, options?: ReadOptions) {
  return useRead<RpcOutput<Name>>([name, args ?? {}], (signal) => api.rpc(name, args, { signal }), options);
}

/** Reads a function's list page by page, on demand. */
export function usePages<Name extends ListName>(name: Name, input: Input<Name>, options: ReadOptions = {}) {
  return useInfiniteQuery({
    queryKey: [name, "pages", input],
    queryFn: ({ signal, pageParam }) =>
      api.call(name, { ...input, ...(pageParam ? { cursor: pageParam } : {}) }, { signal: limited(signal) }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => (last as { next_cursor: string | null }).next_cursor,
    enabled: options.enabled,
    ...(options.keep ? { placeholderData: keepPreviousData } : {}),
  });
}

/** Reads table rows page by page: `read` returns the rows after a cursor, and the next cursor. */
export function useRows<T>(
  key: QueryKey,
  read: (after: string | null, signal: AbortSignal) => Promise<{ rows: T[]; next: string | null }>,
  options: ReadOptions = {},
) {
  return useInfiniteQuery({
    queryKey: key,
    queryFn: ({ signal, pageParam }) => read(pageParam, limited(signal)),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    enabled: options.enabled,
    refetchInterval: options.every ?? false,
    ...(options.keep ? { placeholderData: keepPreviousData } : {}),
  });
}

/** Returns the rows of a supabase-js query; throws its error as a StreamVibeError. */
export async function rowsOf<T>(
  asked: PromiseLike<{ data: unknown; error: { code?: string; message: string } | null; status: number }>,
): Promise<T> {
  const { data, error, status } = await asked;
  if (!error) return data as T;
  const code = status === 0
    ? "unreachable"
    : status === 401
    ? "unauthorized"
    : status === 403
    ? "forbidden"
    : "bad_request";
  if (/TimeoutError|AbortError/.test(error.message)) throw new StreamVibeError("timeout", error.message);
  throw new StreamVibeError(code, error.message, { status, extras: { sqlstate: error.code } });
}

/** Reads rows of a table: `useTable("platform", (from, signal) => from("platform").select("*"))`. */
export function useTable<T>(
  key: QueryKey,
  ask: (from: typeof supabase.from, signal: AbortSignal) => PromiseLike<
    { data: unknown; error: { code?: string; message: string } | null; status: number }
  >,
  options?: ReadOptions,
) {
  return useRead<T>(key, (signal) => rowsOf<T>(ask((name: string) => supabase.from(name), signal)), options);
}

/** A change with its own error and pending state; after success, the queries named in `touches` are refetched. */
export function useAction<Args = void, Result = unknown>(
  act: (args: Args, options: CallOptions) => Promise<Result>,
  { touches = [], onDone }: { touches?: string[]; onDone?: (result: Result, args: Args) => void } = {},
) {
  return useMutation<Result, StreamVibeError, Args>({
    mutationFn: async (args) => {
      try {
        return await act(args, { signal: limited(undefined, 60_000) });
      } catch (error) {
        throw problemOf(error);
      }
    },
    onSuccess: (result, args) => {
      for (const name of touches) void queries.invalidateQueries({ queryKey: [name] });
      onDone?.(result, args);
    },
  });
}

/** The part of supabase-js's query builder that pages need. */
interface Asked
  extends PromiseLike<{ data: unknown; error: { code?: string; message: string } | null; status: number }> {
  or(filter: string): Asked;
  lte(column: string, value: unknown): Asked;
  order(column: string, how: { ascending: boolean }): Asked;
  limit(count: number): Asked;
  abortSignal(signal: AbortSignal): Asked;
}

/**
 * Returns a page of rows after a cursor, in descending order of a column, and the next cursor. Rows with the same value, such as
 * the time of rows from one statement, are ordered by id.
 */
export async function pageOf<T extends { id: string }>(
  asked: Asked,
  column: keyof T & string,
  { after, size, signal }: { after: string | null; size: number; signal: AbortSignal },
): Promise<{ rows: T[]; next: string | null }> {
  if (after) {
    const { value, id } = JSON.parse(after) as { value: unknown; id: string };
    // This condition is redundant but lets the index scan start at the last value, which an "or" alone does not.
    asked = asked.lte(column, value).or(
      `${column}.lt."${value}",and(${column}.eq."${value}",id.lt."${id}")`,
    );
  }
  const rows = await rowsOf<T[]>(
    asked.order(column, { ascending: false }).order("id", { ascending: false }).limit(size).abortSignal(
      signal,
    ),
  );
  const last = rows.at(-1);
  return {
    rows,
    next: rows.length === size && last ? JSON.stringify({ value: last[column], id: last.id }) : null,
  };
}
