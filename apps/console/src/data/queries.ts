/** How pages read and change: thin over TanStack Query, with the client's names and types. */
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
  /** False as long as something that it needs is missing. */
  enabled?: boolean;
  /** Read again that often, in milliseconds. */
  every?: number | false;
  /** Goes on showing the last answer while the next is read. */
  keep?: boolean;
  staleMs?: number;
}

/** Reads anything under a key. */
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

/** Reads a function: `useCall("billing-status")`. */
export function useCall<Name extends FunctionName>(name: Name, input?: Input<Name>, options?: ReadOptions) {
  return useRead<Output<Name>>([name, input ?? {}], (signal) => api.call(name, input, { signal }), options);
}

/** Reads a function of the database. */
export function useRpc<Name extends RpcName>(name: Name, args?: RpcInput<Name>, options?: ReadOptions) {
  return useRead<RpcOutput<Name>>([name, args ?? {}], (signal) => api.rpc(name, args, { signal }), options);
}

/** The pages of a function's list, the next when it is asked for. */
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

/** Rows of a table after a row that was read: a page, and where the next begins. */
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

/** The rows that supabase-js answers; its error is thrown as the client's. */
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

/** Something that changes: its own error and whether it is under way; afterwards what it touches is read again. */
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

/** A question to a table as supabase-js has it, as far as a page needs it. */
interface Asked
  extends PromiseLike<{ data: unknown; error: { code?: string; message: string } | null; status: number }> {
  or(filter: string): Asked;
  lte(column: string, value: unknown): Asked;
  order(column: string, how: { ascending: boolean }): Asked;
  limit(count: number): Asked;
  abortSignal(signal: AbortSignal): Asked;
}

/**
 * A page of rows in falling order of a column, after the last one that was read, and where the next begins. Rows that have the
 * same value, as those of one statement have the same time, are told apart by their id.
 */
export async function pageOf<T extends { id: string }>(
  asked: Asked,
  column: keyof T & string,
  { after, size, signal }: { after: string | null; size: number; signal: AbortSignal },
): Promise<{ rows: T[]; next: string | null }> {
  if (after) {
    const { value, id } = JSON.parse(after) as { value: unknown; id: string };
    // Not past the last value: with this an index is read from there on, which it is not for an "or" alone.
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
