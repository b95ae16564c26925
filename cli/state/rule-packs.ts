import { randomBytes } from 'node:crypto'
import {
  copyFileSync,
  type Dirent,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { z } from 'zod'
import { syncFolder } from '../../native/own-file.ts'
import { lockFile } from '../../native/own-lock.ts'
import { foreignHands, writeState } from './state-files.ts'

/** Rules of others that were added on this host (`rules add`): copied, so that what judges does not change behind anybody's back. */
export const rulePack = z.object({
  name: z.string(),
  /** Where it was copied from. */
  source: z.string(),
  added: z.string(),
  files: z.number(),
  yara: z.number(),
  sigma: z.number(),
  /** Rules that are not used, each with the reason. */
  problems: z.array(z.string()),
})
export type RulePack = z.infer<typeof rulePack>

const aboutFile = 'pack.json'
const mostFiles = 20_000
const mostBytes = 256 * 1024 * 1024

/** Where compiled content rules are kept between scans. */
export function compiledRulesFolder(state: string): string {
  return join(state, 'rules', 'compiled')
}

/** The folders of all packs, for whoever opens rules. A folder that others may write to is no pack any more. */
export function packFolders(state: string): string[] {
  return readPacks(state).map(one => join(packsFolder(state), one.name))
}

/** In the order of their names. */
export function readPacks(state: string): RulePack[] {
  const folder = packsFolder(state)
  if (!existsSync(folder) || foreignHands(folder) !== undefined) return []
  settle(folder)
  return readdirSync(folder)
    .filter(name => !name.startsWith('.'))
    .sort()
    .flatMap(name => {
      try {
        if (foreignHands(join(folder, name)) !== undefined) return []
        return [readAbout(join(folder, name))]
      } catch {
        return []
      }
    })
}

/** Somebody else adds or removes packs at this moment. */
export class PacksBusyError extends Error {
  override readonly name = 'PacksBusyError'
}

/** Rules that lie beside the packs and are not in use. */
export interface StagedPack {
  readonly folder: string
  readonly files: number
  /** Puts them in use, in place of a pack of the same name. */
  keep(about: RulePack): void
  /** Nobody else changes packs before this is called; what was not kept is gone then. */
  end(): void
}

/** Copies the rules of a file or folder aside, without putting them in use. Links are not followed. */
export function stagePack(state: string, source: string): StagedPack {
  const packs = packsFolder(state)
  const unlock = lockPacks(packs)
  const folder = join(packs, `${adding}${randomBytes(4).toString('hex')}`)
  const end = () => {
    rmSync(folder, { recursive: true, force: true })
    unlock()
  }
  try {
    mkdirSync(folder, { mode: 0o700 })
    const found = ruleFilesOf(source)
    for (const file of found) {
      const inside = relative(source, file) || basename(file)
      mkdirSync(dirname(join(folder, inside)), { recursive: true, mode: 0o700 })
      copyFileSync(file, join(folder, inside))
    }
    return { folder, files: found.length, keep: about => keepPack(packs, folder, about), end }
  } catch (error) {
    end()
    throw error
  }
}

function keepPack(packs: string, staged: string, about: RulePack): void {
  writeState(join(staged, aboutFile), about)
  const place = join(packs, about.name)
  const old = `${staged}${replaced}`
  if (existsSync(place)) renameSync(place, old)
  renameSync(staged, place)
  syncFolder(packs)
  rmSync(old, { recursive: true, force: true })
}

export function removePack(state: string, name: string): void {
  const packs = packsFolder(state)
  const unlock = lockPacks(packs)
  try {
    // In one step: half a pack would judge by half of its rules.
    const gone = join(packs, `${adding}${randomBytes(4).toString('hex')}`)
    renameSync(join(packs, name), gone)
    rmSync(gone, { recursive: true, force: true })
  } finally {
    unlock()
  }
}

const adding = '.adding-'
const replaced = '-old'

function lockPacks(packs: string): () => void {
  mkdirSync(packs, { recursive: true, mode: 0o700 })
  const unlock = lockFile(`${packs}.lock`)
  if (unlock === undefined)
    throw new PacksBusyError('another command adds or removes rules at this moment: wait for its end')
  return unlock
}

/** Puts back a pack whose replacing was cut off, and takes away what such a command left. */
function settle(packs: string): void {
  if (!readdirSync(packs).some(isLeft)) return
  try {
    const unlock = lockPacks(packs)
    try {
      const left = readdirSync(packs).filter(isLeft)
      for (const name of left.filter(one => one.endsWith(replaced))) putBack(packs, join(packs, name))
      for (const name of left) rmSync(join(packs, name), { recursive: true, force: true })
    } finally {
      unlock()
    }
  } catch {
    // Whoever adds at this moment settles it, or the next one who may write here.
  }
}

function isLeft(name: string): boolean {
  return name.startsWith(adding)
}

function putBack(packs: string, old: string): void {
  let name: string
  try {
    name = basename(readAbout(old).name)
  } catch {
    // It was no pack any more.
    return
  }
  if (!existsSync(join(packs, name))) renameSync(old, join(packs, name))
}

function readAbout(folder: string): RulePack {
  return rulePack.parse(JSON.parse(readFileSync(join(folder, aboutFile), 'utf8')))
}

/** A name for a folder, from what somebody called the pack or its source. */
export function packName(text: string): string {
  const name = basename(text)
    .replace(/\.(?:yara?|ya?ml)$/i, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 60)
  return name === '' ? 'rules' : name
}

function ruleFilesOf(source: string): string[] {
  if (lstatSync(source).isFile()) return isRuleFile(source) ? [source] : []
  const entries = readdirSync(source, { recursive: true, withFileTypes: true })
  const files = entries.filter(isRule).map(entry => join(entry.parentPath, entry.name))
  if (files.length > mostFiles) throw new Error(`it holds more than ${mostFiles} files of rules`)
  const bytes = files.reduce((sum, file) => sum + lstatSync(file).size, 0)
  if (bytes > mostBytes) throw new Error(`its rules are larger than ${mostBytes} bytes`)
  return files.sort()
}

function isRule(entry: Dirent): boolean {
  return entry.isFile() && isRuleFile(entry.name)
}

function isRuleFile(name: string): boolean {
  return /\.(?:yara?|ya?ml)$/i.test(name)
}

/** Where they lie. */
export function packsFolder(state: string): string {
  return join(state, 'rules', 'packs')
}
