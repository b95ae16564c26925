/** One entry of a tar archive. */
export interface TarEntry {
  /** Absolute, without `./`. */
  readonly path: string
  readonly type: 'file' | 'symlink' | 'link' | 'directory' | 'other'
  readonly linkTarget: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly user: string
  readonly group: string
  readonly modifiedSeconds: number
  readonly content: Buffer
}

const block = 512
const types: Readonly<Record<string, TarEntry['type']>> = {
  '0': 'file',
  '\0': 'file',
  '1': 'link',
  '2': 'symlink',
  '5': 'directory',
}

/** Entries of a tar archive: ustar, with the long names of GNU and pax (tar(5)). Damage ends it. */
export function* tarEntries(bytes: Buffer): Generator<TarEntry> {
  let longName: string | undefined
  let longLink: string | undefined
  for (let at = 0; at + block <= bytes.length; ) {
    const header = bytes.subarray(at, at + block)
    if (header.every(byte => byte === 0)) return
    const text = (from: number, length: number) => textIn(header.subarray(from, from + length))
    const size = numberIn(header.subarray(124, 136))
    const start = at + block
    if (size === undefined || start + size > bytes.length) return
    const content = bytes.subarray(start, start + size)
    at = start + Math.ceil(size / block) * block
    const flag = String.fromCharCode(header[156] ?? 0)
    if (flag === 'L') longName = textIn(content)
    else if (flag === 'K') longLink = textIn(content)
    else if (flag === 'x') {
      const fields = paxFields(content)
      longName = fields.get('path') ?? longName
      longLink = fields.get('linkpath') ?? longLink
    }
    if ('LKxg'.includes(flag)) continue
    const prefix = text(257, 5) === 'ustar' && header[263] === 0x30 ? text(345, 155) : ''
    const name = longName ?? (prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`)
    const type = types[flag] ?? 'other'
    yield {
      path: absolute(name),
      type,
      linkTarget: type === 'link' ? absolute(longLink ?? text(157, 100)) : (longLink ?? text(157, 100)),
      mode: (numberIn(header.subarray(100, 108)) ?? 0) & 0o7777,
      uid: numberIn(header.subarray(108, 116)) ?? 0,
      gid: numberIn(header.subarray(116, 124)) ?? 0,
      user: text(265, 32),
      group: text(297, 32),
      modifiedSeconds: numberIn(header.subarray(136, 148)) ?? 0,
      content: type === 'file' ? content : Buffer.alloc(0),
    }
    longName = undefined
    longLink = undefined
  }
}

function absolute(name: string): string {
  return `/${name
    .split('/')
    .filter(part => part !== '' && part !== '.')
    .join('/')}`
}

function textIn(bytes: Buffer): string {
  const end = bytes.indexOf(0)
  return bytes.toString('utf8', 0, end === -1 ? bytes.length : end)
}

/** Octal digits, or a big number in binary with the first bit set. */
function numberIn(bytes: Buffer): number | undefined {
  if (((bytes[0] ?? 0) & 0x80) !== 0) {
    const value = bytes.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0)
    return Number.isSafeInteger(value) ? value : undefined
  }
  const digits = bytes.toString('latin1').replace(/\0.*$/s, '').trim()
  if (!/^[0-7]*$/.test(digits)) return undefined
  return digits === '' ? 0 : Number.parseInt(digits, 8)
}

function paxFields(content: Buffer): Map<string, string> {
  const fields = new Map<string, string>()
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at)
    const length = space === -1 ? Number.NaN : Number(content.toString('latin1', at, space))
    if (!Number.isSafeInteger(length) || length <= space - at || at + length > content.length) return fields
    const record = content.toString('utf8', space + 1, at + length - 1)
    const equals = record.indexOf('=')
    if (equals > 0) fields.set(record.slice(0, equals), record.slice(equals + 1))
    at += length
  }
  return fields
}
