/** Deepest nesting that a message may have; real ones stay below 30. */
export const deepest = 100

/** Parses what came from outside. `undefined`: not JSON, or nested deeper than `deepest` (what walks it later may recurse). */
export function parseJson(text: string): { readonly value: unknown } | undefined {
  if (depthOf(text) > deepest) return undefined
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

function depthOf(text: string): number {
  let depth = 0
  let most = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (quoted) {
      if (code === 0x5c) at++
      else if (code === 0x22) quoted = false
    } else if (code === 0x22) quoted = true
    else if (code === 0x5b || code === 0x7b) most = Math.max(most, ++depth)
    else if (code === 0x5d || code === 0x7d) depth--
  }
  return most
}
