import { useMemo } from 'react'
import { useCall } from '../../center/index.ts'

/** The groups that the reader sees, as they are chosen from and as they are named. */
export function useGroupNames() {
  const groups = useCall('listGroups')
  return useMemo(() => {
    const items = groups.data?.items ?? []
    return { groups: items, names: new Map(items.map(({ id, name }) => [id, name])) }
  }, [groups.data])
}
