interface Node {
  readonly id: string
  readonly name: string
  readonly parent?: string | undefined
}

/** Each group right after the one above it, by name; those whose parent is not seen stand at the top. */
export function inTreeOrder<G extends Node>(groups: readonly G[]): { readonly group: G; readonly depth: number }[] {
  const known = new Set(groups.map(({ id }) => id))
  const below = Map.groupBy(groups, ({ parent }) => (parent !== undefined && known.has(parent) ? parent : ''))
  const found: { group: G; depth: number }[] = []
  const seen = new Set<string>()
  const add = (parent: string, depth: number) => {
    const here = [...(below.get(parent) ?? [])].sort((one, other) => one.name.localeCompare(other.name))
    for (const group of here) {
      if (seen.has(group.id)) continue
      seen.add(group.id)
      found.push({ group, depth })
      add(group.id, depth + 1)
    }
  }
  add('', 0)
  return found
}
