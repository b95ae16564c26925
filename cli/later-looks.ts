import { execFileSync } from 'node:child_process'
import { lstatSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Proof, Run } from '../model/index.ts'
import { openHost, runFolder, type WritableHost } from '../remedies/index.ts'
import type { Context } from './context.ts'
import type { Look } from './look.ts'
import { readOptional, reasonOf, writeState } from './state/state-files.ts'
import { lookUnits, type UnitFile } from './later-look-units.ts'

/** What was installed for a run, beside its journal: written before the first file, so that all of it can be taken away. */
const installedLooks = z.object({
  format: z.literal('davylamp-later-looks'),
  version: z.literal(1),
  paths: z.array(z.string()),
  timer: z.string(),
  looks: z.array(z.object({ when: z.string(), at: z.string().optional(), installed: z.boolean() })),
})

type InstalledLooks = z.infer<typeof installedLooks>

const steps = [
  ['after 1 hour', 3_600],
  ['after 24 hours', 86_400],
  ['after 8 days', 8 * 86_400],
] as const

/** When to look again. `installed`: somebody will – a timer, or the agent; else it is advice. */
export function plannedLooks(run: Run, installed: boolean): Proof['laterLooks'] {
  if (!run.live) return []
  const timed = steps.map(([when, seconds]) => ({
    when,
    at: new Date(Date.now() + seconds * 1_000).toISOString(),
    installed,
  }))
  return [...timed, { when: 'after the next boot', installed }]
}

/** Installs a systemd timer that looks again. Where that does not work it is said, and the clean-up stands. */
export async function installLooks(run: Run, look: Look, context: Context): Promise<Proof['laterLooks']> {
  if (!run.live) return []
  const looks = plannedLooks(run, true)
  const times = looks.map(one => one.at).filter(at => at !== undefined)
  const { files, timer } = lookUnits(run.id, context.state, times)
  const record: InstalledLooks = {
    format: 'davylamp-later-looks',
    version: 1,
    paths: files.map(one => one.path),
    timer,
    looks,
  }
  const host = openHost({ root: '/', live: true, state: context.state })
  try {
    writeState(recordPath(context.state, run.id), record)
    for (const file of files) await install(file, run.id, host)
    startTimer(timer, look)
    return looks
  } catch (error) {
    removeFiles(record.paths, host)
    context.notes.text(`The later looks could not be installed: ${reasonOf(error)}`)
    return plannedLooks(run, false)
  } finally {
    host.close()
  }
}

/** What the proof says of later looks, from what was installed. */
export function keptLooks(run: Run, context: Context, byAgent = false): Proof['laterLooks'] {
  return readRecord(context.state, run.id)?.looks ?? run.proof?.laterLooks ?? plannedLooks(run, byAgent)
}

/** Takes the timer away again. */
export async function removeLooks(run: Run, context: Context): Promise<void> {
  const record = readRecord(context.state, run.id)
  if (record === undefined) return
  const host = openHost({ root: '/', live: true, state: context.state })
  try {
    removeFiles(record.paths, host)
    writeState(recordPath(context.state, run.id), {
      ...record,
      looks: record.looks.map(one => ({ ...one, installed: false })),
    })
    systemctl(['stop', record.timer])
    systemctl(['daemon-reload'])
  } catch (error) {
    context.notes.text(`The timer ${record.timer} stays loaded until the next boot: ${reasonOf(error)}`)
  } finally {
    host.close()
  }
}

/** After the last look the timer has done its work. */
export async function lookIsOver(run: Run, context: Context): Promise<void> {
  const last = readRecord(context.state, run.id)?.looks.findLast(one => one.at !== undefined)?.at
  if (last !== undefined && Date.parse(last) <= Date.now() + 60_000) await removeLooks(run, context)
}

async function install(file: UnitFile, run: string, host: WritableHost): Promise<void> {
  const now = `${BigInt(Date.now()) * 1_000_000n}`
  const text = Buffer.from(file.text ?? '')
  host.files.makeDirectories(file.path.slice(0, file.path.lastIndexOf('/')))
  const metadata = {
    type: file.linkTo === undefined ? ('file' as const) : ('symlink' as const),
    size: text.length,
    uid: 0,
    gid: 0,
    mode: 0o644,
    accessedNs: now,
    modifiedNs: now,
    inode: '0',
    device: '0',
    linkCount: 1,
    flags: 0,
    attributes: [],
  }
  const entry =
    file.linkTo === undefined
      ? { type: 'file' as const, write: (descriptor: number) => writeFileSync(descriptor, text) }
      : { type: 'symlink' as const, target: file.linkTo }
  await host.files.create(file.path, entry, metadata, `davylamp-look-${run}`)
}

/** The manager is asked by its own tool, after the scan has found that to be what its package installed. */
function startTimer(timer: string, look: Look): void {
  const replaced = look.assessment.world.all('command-integrity').some(one => one.name === 'systemctl')
  if (replaced) throw new Error('systemctl is not what its package installed; the timer starts with the next boot')
  systemctl(['daemon-reload'])
  systemctl(['start', timer])
}

function systemctl(words: readonly string[]): void {
  const path = '/usr/bin/systemctl'
  if (!lstatSync(path, { throwIfNoEntry: false })?.isFile()) throw new Error(`there is no ${path}`)
  execFileSync(path, [...words], { env: { PATH: '/usr/bin:/bin', LANG: 'C' }, stdio: 'ignore', timeout: 30_000 })
}

function removeFiles(paths: readonly string[], host: WritableHost): void {
  for (const path of [...paths].reverse()) if (host.files.inspect(path) !== undefined) host.files.unlink(path)
}

function readRecord(state: string, run: string): InstalledLooks | undefined {
  try {
    const text = readOptional(recordPath(state, run))
    return text === undefined ? undefined : installedLooks.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

function recordPath(state: string, run: string): string {
  return join(runFolder(state, run), 'later-looks.json')
}
