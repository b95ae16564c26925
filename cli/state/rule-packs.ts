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
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { z } from 'zod'
import { foreignHands } from './state-files.ts'

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
  return readdirSync(folder)
    .filter(name => !name.startsWith('.'))
    .sort()
    .flatMap(name => {
      try {
        if (foreignHands(join(folder, name)) !== undefined) return []
        return [rulePack.parse(JSON.parse(readFileSync(join(folder, name, aboutFile), 'utf8')))]
      } catch {
        return []
      }
    })
}

/** Copies the rules of a file or folder aside, without putting them in use. Links are not followed. */
export function stagePack(state: string, source: string): { readonly folder: string; readonly files: number } {
  const folder = join(packsFolder(state), `.adding-${randomBytes(4).toString('hex')}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  try {
    const found = ruleFilesOf(source)
    for (const file of found) {
      const inside = relative(source, file) || basename(file)
      mkdirSync(dirname(join(folder, inside)), { recursive: true, mode: 0o700 })
      copyFileSync(file, join(folder, inside))
    }
    return { folder, files: found.length }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

/** Puts what was staged in use, in place of a pack of the same name. */
export function keepPack(state: string, staged: string, about: RulePack): void {
  writeFileSync(join(staged, aboutFile), `${JSON.stringify(about)}\n`, { mode: 0o600 })
  const place = join(packsFolder(state), about.name)
  const old = `${staged}-old`
  if (existsSync(place)) renameSync(place, old)
  renameSync(staged, place)
  rmSync(old, { recursive: true, force: true })
}

export function removePack(state: string, name: string): void {
  rmSync(join(packsFolder(state), name), { recursive: true, force: true })
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

function packsFolder(state: string): string {
  return join(state, 'rules', 'packs')
}
