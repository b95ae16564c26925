import type { Target } from '../../target/index.ts'

/** One line of passwd(5) with nothing trimmed: a space at the end of a shell makes it another shell. */
export interface PasswdLine {
  readonly line: number
  readonly text: string
  readonly name: string
  readonly password: string
  readonly uid: number
  readonly gid: number
  readonly comment: string
  readonly home: string
  readonly shell: string
}

const mostLines = 100_000

export function parsePasswd(text: string): PasswdLine[] {
  return numbered(text).flatMap(({ line, text }) => {
    const [name, password, uid, gid, comment, home, shell] = text.replace(/\r$/, '').split(':')
    if (name === undefined || /^\s*(?:$|[#+-])/.test(name) || !isId(uid) || !isId(gid)) return []
    return [
      {
        line,
        text,
        name: name.trim(),
        password: password ?? '',
        uid: Number(uid),
        gid: Number(gid),
        comment: comment ?? '',
        home: home ?? '',
        shell: shell ?? '',
      },
    ]
  })
}

/** What shadow(5) says of each name, every line of it. */
export interface ShadowLine {
  readonly name: string
  readonly password: string
  /** Days since 1970. */
  readonly changed: number | undefined
}

export function parseShadow(text: string): ShadowLine[] {
  return numbered(text).flatMap(({ text }) => {
    const [name, password, changed] = text.split(':')
    if (name === undefined || password === undefined || /^\s*(?:$|[#+-])/.test(name)) return []
    return [{ name: name.trim(), password, changed: isId(changed) ? Number(changed) : undefined }]
  })
}

/** A line of group(5). */
export interface GroupLine {
  readonly name: string
  readonly gid: number
  readonly members: readonly string[]
}

export function parseGroups(text: string): GroupLine[] {
  return numbered(text).flatMap(({ text }) => {
    const [name, , gid, members] = text.trim().split(':')
    if (name === undefined || !isId(gid) || /^(?:$|[#+-])/.test(name)) return []
    return [{ name: name.trim(), gid: Number(gid), members: (members ?? '').split(',').map(member => member.trim()) }]
  })
}

/** The lowest uid of ordinary accounts (login.defs(5)). */
export function lowestOrdinaryUid(target: Target): number {
  const match = /^\s*UID_MIN\s+(\d{1,9})/m.exec(target.files.text('/etc/login.defs') ?? '')
  return match ? Number(match[1]) : 1000
}

function numbered(text: string): { line: number; text: string }[] {
  return text.split('\n', mostLines).map((one, at) => ({ line: at + 1, text: one.length > 65_536 ? '' : one }))
}

function isId(text: string | undefined): text is string {
  return text !== undefined && /^\s*\d{1,10}\s*$/.test(text)
}
