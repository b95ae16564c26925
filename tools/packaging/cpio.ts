/** An entry of an archive; folders have neither content nor link. */
export interface CpioEntry {
  readonly path: string
  /** With the bits that say what it is (inode(7)). */
  readonly mode: number
  readonly inode: number
  /** Seconds since 1970. */
  readonly modified: number
  readonly content: Buffer
}

/** An archive of cpio(5) in its "new ASCII" form, as RPM wants it. All belongs to root. */
export function cpioOf(entries: readonly CpioEntry[]): Buffer {
  const trailer = { path: 'TRAILER!!!', mode: 0, inode: 0, modified: 0, content: Buffer.alloc(0) }
  return Buffer.concat([...entries, trailer].flatMap(partsOf))
}

function partsOf({ path, mode, inode, modified, content }: CpioEntry): Buffer[] {
  const links = 1
  const name = Buffer.from(`${path}\0`)
  const numbers = [inode, mode, 0, 0, links, modified, content.length, 0, 0, 0, 0, name.length, 0]
  const header = Buffer.from(`070701${numbers.map(one => one.toString(16).padStart(8, '0')).join('')}`)
  return [header, name, Buffer.alloc(-(header.length + name.length) & 3), content, Buffer.alloc(-content.length & 3)]
}
