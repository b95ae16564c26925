import {
  type InfiniteData,
  keepPreviousData,
  useInfiniteQuery,
  type UseInfiniteQueryResult,
  useMutation,
  type UseMutationResult,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/react-query'
import { useMemo } from 'react'
import type { ApiClient } from '../../client/index.ts'
import { withFreshLogin } from '../session/fresh-login.ts'
import { api } from './api.ts'

export type FunctionName = keyof ApiClient
type CallOf<N extends FunctionName> = NonNullable<Parameters<ApiClient[N]>[0]>
export type AnswerTo<N extends FunctionName> = Awaited<ReturnType<ApiClient[N]>>

/** Names whose answer is a page of items. */
type ListName = {
  [N in FunctionName]: AnswerTo<N> extends { items: readonly unknown[]; next?: string | undefined } ? N : never
}[FunctionName]
export type ItemOf<N extends ListName> = AnswerTo<N>['items'][number]

/** How the compiler sees one function of the client whose name is only known when it runs. */
type AnyFunction<N extends FunctionName> = (
  call: unknown,
  options: { readonly signal?: AbortSignal },
) => Promise<AnswerTo<N>>

interface CallSettings {
  /** False: not yet. */
  readonly enabled?: boolean
  /** Ask again after so many milliseconds; only for what the live view does not tell. */
  readonly everyMs?: number
  /** Show the answer to the former call until the new one is there. */
  readonly keep?: boolean
}

/** One answer of the API, kept and asked for again when the live view says that it changed (live.ts). */
export function useCall<N extends FunctionName>(
  name: N,
  call?: CallOf<N>,
  { enabled = true, everyMs, keep = false }: CallSettings = {},
): UseQueryResult<AnswerTo<N>> {
  return useQuery<AnswerTo<N>>({
    queryKey: [name, call ?? {}],
    queryFn: ({ signal }) => (api[name] as unknown as AnyFunction<N>)(call ?? {}, { signal }),
    enabled,
    ...(everyMs === undefined ? {} : { refetchInterval: everyMs }),
    ...(keep ? { placeholderData: keepPreviousData as never } : {}),
  })
}

export interface ListResult<T> {
  readonly items: readonly T[]
  readonly query: UseInfiniteQueryResult<InfiniteData<{ items: readonly T[]; next?: string | undefined }>>
  /** Something changed, and so many pages are loaded that they are only asked for again by `query.refetch()`. */
  readonly outdated: boolean
}

/** Asking for more pages than these again at every change of a busy fleet would never end. */
const pagesKeptTrue = 5

/** Whether the answer is that of a list with many pages. */
export function isLong(data: unknown): boolean {
  if (typeof data !== 'object' || data === null || !('pages' in data)) return false
  return Array.isArray(data.pages) && data.pages.length > pagesKeptTrue
}

/** A list of the API, page after page: `query.fetchNextPage()` for more while `query.hasNextPage`. `limit` is the length of a page. */
export function useList<N extends ListName>(
  name: N,
  call: CallOf<N>,
  { enabled = true, limit = 100 }: { readonly enabled?: boolean; readonly limit?: number } = {},
): ListResult<ItemOf<N>> {
  type Page = { items: readonly ItemOf<N>[]; next?: string | undefined }
  const given = call as { readonly query?: Readonly<Record<string, unknown>> }
  const queryKey = [name, 'pages', call]
  const queries = useQueryClient()
  const query = useInfiniteQuery<Page, Error, InfiniteData<Page>, readonly unknown[], string | undefined>({
    queryKey,
    initialPageParam: undefined,
    queryFn: ({ pageParam, signal }) =>
      (api[name] as unknown as AnyFunction<N>)(
        { ...given, query: { ...given.query, limit, ...(pageParam === undefined ? {} : { after: pageParam }) } },
        { signal },
      ) as Promise<Page>,
    getNextPageParam: last => last.next,
    enabled,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: ({ state }) => !isLong(state.data),
    refetchOnReconnect: ({ state }) => !isLong(state.data),
  })
  // A change that marks it as old makes the query say that it is stale, which draws again.
  const outdated = query.isStale && isLong(query.data) && queries.getQueryState(queryKey)?.isInvalidated === true
  const items = useMemo(() => query.data?.pages.flatMap(page => page.items) ?? [], [query.data])
  return { items, query, outdated }
}

/**
 * Something that changes the center. When it wants a login of the last minutes, the person is asked to confirm and it is sent again.
 * `changes`: functions whose kept answers are old afterwards.
 */
export function useChange<N extends FunctionName>(
  name: N,
  changes: readonly FunctionName[] = [],
): UseMutationResult<AnswerTo<N>, Error, CallOf<N>> {
  const queries = useQueryClient()
  return useMutation<AnswerTo<N>, Error, CallOf<N>>({
    mutationKey: [name],
    mutationFn: call => withFreshLogin(() => (api[name] as unknown as AnyFunction<N>)(call, {})),
    onSettled: () => Promise.all(changes.map(one => queries.invalidateQueries({ queryKey: [one] }))),
  })
}
