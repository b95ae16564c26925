import { readFileSync, writeFileSync } from 'node:fs'
import { alreadyDone, changedSince, type Remedy, ready, refused } from './remedy.ts'

/** Sets a kernel setting in force (proc(5), /proc/sys). What the files of sysctl.d say is the business of line edits. */
export const setSysctl: Remedy<'set-sysctl', null> = {
  kind: 'set-sysctl',
  undoable: true,
  needsLive: true,
  async check({ name, value, expected }) {
    const path = pathOf(name)
    if (path === undefined) return refused(`${name} names no setting`)
    const now = read(path)
    if (now === undefined) return changedSince(`this kernel has no ${name}`)
    if (same(now, value)) return alreadyDone
    return same(now, expected) ? ready : changedSince(`${name} is ${now.trim()} now`)
  },
  prepare: async () => null,
  async apply({ name, value }) {
    const path = pathOf(name)
    if (path !== undefined && !same(read(path) ?? '', value)) writeFileSync(path, `${value}\n`)
    return undefined
  },
  async undo({ name, value, expected }) {
    const path = pathOf(name)
    const now = path === undefined ? undefined : read(path)
    if (path === undefined || now === undefined) return { changedSince: `this kernel has no ${name}` }
    if (same(now, expected)) return 'undone'
    if (!same(now, value)) return { changedSince: `${name} is ${now.trim()} now` }
    writeFileSync(path, `${expected}\n`)
    return 'undone'
  },
}

/** sysctl(8): dots separate, and a slash in a name stands for a dot. */
function pathOf(name: string): string | undefined {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_./@:-]*$/.test(name)) return undefined
  const parts = name.split('.').map(part => part.replaceAll('/', '.'))
  if (parts.some(part => /^\.*$/.test(part))) return undefined
  return `/proc/sys/${parts.join('/')}`
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function same(one: string, other: string): boolean {
  return one.trim().replace(/\s+/g, ' ') === other.trim().replace(/\s+/g, ' ')
}
