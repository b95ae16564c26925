import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { workedOn } from '../../hosts/clean/worked-on.ts'
import { livedIn } from '../../hosts/lived-in.ts'
import { discardRange, newRangeDirectory } from '../range/leftovers.ts'
import { rangeImpossible, runHere } from '../range/machine.ts'
import { mountOverlay } from '../range/overlay.ts'
import { plantFiles } from '../range/plant.ts'
import { cleanRoot } from './silence/clean-root.ts'
import { lookAtLiveHost } from './silence/live-host.ts'
import { lookAtContents } from './silence/contents-look.ts'
import { type Look, lookAtTree } from './silence/look.ts'
import { packageGroups } from './silence/package-list.ts'

// A server with hundreds of packages must be silent: `npm run verify silence [-- --json] [--only tree|lived-in|contents|full|live|memory] [--root TREE]`.
const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, only: { type: 'string' }, root: { type: 'string' } },
})
const say = (line: string) => console.error(line)
const impossible = rangeImpossible()
if (impossible !== undefined) throw new Error(impossible)

const names = packageGroups().flatMap(group => group.names)
const tree = values.root ?? cleanRoot(undefined, say)
const place = newRangeDirectory()
const looks: Look[] = []
let scanHelp: string | undefined
try {
  const state = join(place, 'state')
  mkdirSync(state)
  if (wanted('tree')) tell(lookAtTree('the tree', tree, state, []))
  if (wanted('lived-in')) tell(lookAtTree('the tree, lived in', livedInTree(), state, []))
  if (wanted('contents')) tell(await lookAtContents('the contents of every file', tree))
  if (wanted('full') && offered('--full')) tell(lookAtTree('the tree, scanned in full', tree, state, ['--full']))
  const memoryToo = wanted('memory') && offered('--memory')
  if (wanted('live') || memoryToo) {
    const quick = wanted('live') ? { 'the running host': [] } : {}
    const memory = memoryToo ? { 'the running host, all memory': ['--memory', 'all'] } : {}
    for (const look of await lookAtLiveHost(tree, { ...quick, ...memory }, say)) tell(look)
  }
} finally {
  discardRange(place)
}
const accused = looks.flatMap(({ accusations }) => accusations)
if (values.json) console.log(JSON.stringify({ packages: names.length, tree, looks }, undefined, 2))
else say(accused.length === 0 ? `silent, with ${names.length} chosen packages` : `${accused.length} false accusations`)
process.exitCode = accused.length === 0 ? 0 : 1

function wanted(look: string): boolean {
  return values.only === undefined || values.only.split(',').includes(look)
}

/** Whether the scan of this checkout can do that. */
function offered(option: string): boolean {
  scanHelp ??= runHere([join(import.meta.dirname, '../../davylamp'), 'scan', '--help'])
  return new RegExp(`^ +${option}(?: |$)`, 'm').test(scanHelp)
}

function tell(look: Look): void {
  looks.push(look)
  const count = Object.entries(look.findings).map(([level, number]) => `${number} ${level}`)
  say(`${look.name}: ${look.verdict}, ${count.join(', ') || 'no findings'}, ${look.gaps} gaps, ${look.seconds} s`)
  for (const [rule, number] of Object.entries(look.hints)) say(`    ${number} × ${rule}`)
  for (const accusation of look.accusations) say(`  ! ${accusation}`)
}

/** The same server after people have worked on it for years. */
function livedInTree(): string {
  const root = join(place, 'lived-in')
  mountOverlay(tree, root)
  const items = [...livedIn, ...workedOn]
  plantFiles(root, items)
  for (const item of items)
    if (item.kind === 'unit') runHere(['systemctl', `--root=${root}`, 'enable', '--quiet', item.name])
  return root
}
