export interface KeptHead {
  readonly sequence: number
  readonly hash: string
}

/** Heads as people keep them, `NUMBER HASH` a line; `undefined`: a line is none. */
export function keptHeads(text: string): KeptHead[] | undefined {
  const lines = text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
  const heads: KeptHead[] = []
  for (const line of lines) {
    const [, sequence = '', hash = ''] = /^(\d{1,15})\s+([0-9a-f]{64})$/i.exec(line) ?? []
    if (hash === '') return undefined
    heads.push({ sequence: Number(sequence), hash: hash.toLowerCase() })
  }
  return heads
}
