import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'react-router'

export type FilterValues<K extends string> = { readonly [N in K]?: string }

/** What a list is narrowed by, kept in the address so that it can be shared. Empty values are left out. */
export function useUrlFilter<K extends string>(
  names: readonly K[],
): readonly [FilterValues<K>, (change: { readonly [N in K]?: string | undefined }) => void] {
  const [params, setParams] = useSearchParams()
  const key = names.join()
  const values = useMemo(() => {
    const found: { [N in K]?: string } = {}
    for (const name of key.split(',') as K[]) {
      const value = params.get(name)
      if (value !== null && value !== '') found[name] = value
    }
    return found
  }, [params, key])
  const change = useCallback(
    (changed: { readonly [N in K]?: string | undefined }) =>
      setParams(
        () => {
          // The address is ahead of what is drawn: two changes in a row must not undo each other.
          const after = new URLSearchParams(window.location.search)
          for (const [name, value] of Object.entries(changed)) {
            if (typeof value === 'string' && value !== '') after.set(name, value)
            else after.delete(name)
          }
          return after
        },
        { replace: true },
      ),
    [setParams],
  )
  return [values, change]
}
