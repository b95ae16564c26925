import { sourceDate } from '../source-date.ts'

export interface Member {
  readonly name: string
  readonly content: Buffer
}

/** An archive of ar(5), as deb(5) wants it: plain names of at most 16 letters, in the order given. */
export function arOf(members: readonly Member[]): Buffer {
  const parts: Buffer[] = [Buffer.from('!<arch>\n')]
  for (const { name, content } of members) {
    const header = [
      name.padEnd(16),
      `${sourceDate()}`.padEnd(12),
      '0'.padEnd(6),
      '0'.padEnd(6),
      '100644'.padEnd(8),
      `${content.length}`.padEnd(10),
      '`\n',
    ].join('')
    parts.push(Buffer.from(header), content, Buffer.alloc(content.length & 1, '\n'))
  }
  return Buffer.concat(parts)
}
