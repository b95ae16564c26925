interface Line {
  readonly from: string
  readonly to: string
}

/** The first edges that join what was not joined yet, and those that close a circle (whichever way they point). */
export function spanning<T extends Line>(edges: readonly T[]): { readonly joining: T[]; readonly closing: T[] } {
  const leader = new Map<string, string>()
  const groupOf = (id: string): string => {
    let top = id
    for (let next = leader.get(top); next !== undefined; next = leader.get(top)) top = next
    if (top !== id) leader.set(id, top)
    return top
  }
  const joining: T[] = []
  const closing: T[] = []
  for (const edge of edges) {
    const [a, b] = [groupOf(edge.from), groupOf(edge.to)]
    if (a !== b) leader.set(a, b)
    if (a === b) closing.push(edge)
    else joining.push(edge)
  }
  return { joining, closing }
}
