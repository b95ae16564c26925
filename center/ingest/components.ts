/** What is joined by edges, directly or through others. Names that no edge has are in none. */
export function components(edges: readonly (readonly [string, string])[]): string[][] {
  const parents = new Map<string, string>()
  for (const [one, other] of edges) {
    const [a, b] = [rootOf(parents, one), rootOf(parents, other)]
    if (a !== b) parents.set(a, b)
  }
  return [...Map.groupBy(parents.keys(), name => rootOf(parents, name)).values()]
}

/** Each name on the way points to its grandparent afterwards, so that ways stay short. */
function rootOf(parents: Map<string, string>, name: string): string {
  let at = name
  for (;;) {
    const parent = parents.get(at)
    if (parent === undefined) parents.set(at, at)
    if (parent === undefined || parent === at) return at
    const above = parents.get(parent) ?? parent
    parents.set(at, above)
    at = above
  }
}
