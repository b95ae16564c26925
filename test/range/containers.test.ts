import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Item, minerWords, poolPort, wallet } from '../../hosts/host-part.ts'
import { isNoise, shown } from './differences.ts'
import { startPool } from './infected-host.ts'
import { rangeImpossible } from './machine.ts'
import { plantFiles } from './plant.ts'
import { quote, Range } from './range.ts'
import { compareSnapshots } from './snapshot.ts'

// No Docker is at hand: its files, overlay mounts, cgroups and namespaces are made as Docker makes them, and no daemon answers.

interface Container {
  readonly id: string
  readonly name: string
  readonly image: string
  readonly imageId: string
  /** Its first program; in the image. */
  readonly program: string
  readonly words: string
  readonly burn: number
  readonly pool?: number
}

const mining: Container = {
  id: 'a1'.repeat(32),
  name: 'web-metrics',
  image: 'alpine:3',
  imageId: `sha256:${'c1'.repeat(32)}`,
  program: '/app/run',
  words: minerWords,
  burn: 20,
  pool: poolPort,
}
/** The program of this one has the same path as the miner of the other. */
const shop: Container = {
  id: 'b2'.repeat(32),
  name: 'shop',
  image: 'shop:7',
  imageId: `sha256:${'d2'.repeat(32)}`,
  program: '/app/run',
  words: 'a web shop',
  burn: 2,
}
const added = '/tmp/kdevtmpfsi'
/** And so has one of the host's own. */
const ofTheHost: Item = {
  kind: 'file',
  path: '/app/run',
  content: { lookalike: { burn: 1 }, words: 'of the administrator' },
  mode: 0o755,
}

const folderOf = ({ name }: Container) => `/var/lib/docker/overlay2/${name}`

test('containers: one that mines is stopped and its image named, of one that was broken into only the added program goes', {
  skip: rangeImpossible() ?? false,
  timeout: 180_000,
}, async t => {
  const range = await Range.open()
  try {
    await startPool(range)
    plantFiles(range.root, [ofTheHost])
    await range.sh('setsid /app/run >/dev/null 2>&1 </dev/null &')
    const miner = await startContainer(range, mining, 'always')
    await startContainer(range, shop, 'no')
    const clean = range.snapshot()
    await breakInto(range, shop)
    const infected = range.snapshot()
    const innocents = () => range.processes().filter(({ pid }) => keep.includes(pid))
    const scan = JSON.parse((await range.davylamp(['scan', '--json'])).stdout) as Scan
    const confirmed = scan.incidents.filter(({ verdict }) => verdict === 'confirmed')
    const members = confirmed.flatMap(one => one.members)
    const keep = range.processes().flatMap(({ pid, exe }) => (exe === '/app/run' && pid !== miner ? [pid] : []))
    const before = innocents()
    const merged = `${folderOf(shop)}/merged${added}`

    await t.test('scan', () => {
      assert.deepEqual(
        {
          containers: members.flatMap(one => (one.kind === 'container' ? [`${one.name} ${one.image}`] : [])),
          named: confirmed.flatMap(one => one.context.flatMap(fact => (fact.kind === 'container' ? [fact.name] : []))),
          programs: members
            .flatMap(one => (one.kind === 'process' ? [`${one.path} ${one.hostPath ?? '-'}`] : []))
            .sort(),
          innocents: before.length,
        },
        {
          containers: ['web-metrics alpine:3'],
          named: ['shop'],
          // The container itself is accused, by the command that its runtime keeps.
          programs: [`${added} ${merged}`],
          innocents: 2,
        },
      )
    })
    await t.test('clean', async () => {
      const done = await range.davylamp(['clean', '--yes', '--json', '--watch', '5s'])
      const { proof, actions } = JSON.parse(done.stdout) as Run
      const todo = proof.remains.map(one => `${one.why} ${one.advice}`).join('\n')
      const now = range.snapshot()
      assert.deepEqual(
        {
          status: done.status,
          result: proof.result,
          failed: actions.filter(({ outcome }) => outcome === 'failed' || outcome === 'changed-since'),
          runs: range.processes().filter(({ exe, pid }) => exe === added || pid === miner),
          innocents: innocents(),
          changed: compareSnapshots(clean, now, isOverlays).map(({ path }) => path),
          image: todo.includes(`docker rm ${mining.id} && docker image rm ${mining.imageId}`),
          other: todo.includes('The container shop, made from the image shop:7, was broken into'),
        },
        {
          // A person has to remove the container that mines: until then it could be started again.
          status: 30,
          result: 'left',
          failed: [],
          runs: [],
          innocents: before,
          changed: [`/var/lib/docker/containers/${mining.id}/hostconfig.json`],
          image: true,
          other: true,
        },
        done.stderr,
      )
    })
    await t.test('undo', async () => {
      const done = await range.davylamp(['undo', '--yes', '--json'])
      assert.deepEqual(compareSnapshots(infected, range.snapshot(), isOverlays).map(shown), [], done.stderr)
    })
  } finally {
    await range.close()
  }
})

/** Notes of the file system about its own layers. */
const isOverlays: typeof isNoise = (path, field, type) =>
  isNoise(path, field, type) || (field === 'xattrs' && /^\/var\/lib\/docker\/overlay2\/[^/]+\/diff(\/|$)/.test(path))

interface Seen {
  readonly kind: string
  readonly pid?: number
  readonly path?: string
  readonly hostPath?: string
  readonly name?: string
  readonly image?: string
}
interface Scan {
  readonly incidents: readonly {
    readonly verdict: string
    readonly members: readonly Seen[]
    readonly context: readonly Seen[]
  }[]
}
interface Run {
  readonly actions: readonly { readonly outcome: string; readonly detail?: string }[]
  readonly proof: {
    readonly result: string
    readonly remains: readonly { readonly why: string; readonly advice: string }[]
  }
}

/** Gives the pid of its first program on the host. Makes its root out of two layers and starts its first program there, as runc does: namespaces, a cgroup, another root. */
async function startContainer(range: Range, container: Container, restart: 'always' | 'no'): Promise<number> {
  const { id, program, words, burn, pool } = container
  const folder = folderOf(container)
  const behaviour = { burn, ...(pool === undefined ? {} : { pool }) }
  plantFiles(range.root, [
    { kind: 'file', path: `${folder}/lower${program}`, content: { lookalike: behaviour, words }, mode: 0o755 },
    ...['/lower/proc', '/lower/tmp', '/lower/.old', '/diff/tmp', '/work', '/merged'].map(
      (name): Item => ({ kind: 'directory', path: folder + name }),
    ),
  ])
  const layers = `lowerdir=${folder}/lower,upperdir=${folder}/diff,workdir=${folder}/work`
  await range.sh(`mount -t overlay overlay -o ${layers} ${folder}/merged`)
  const init = `cd ${folder}/merged && mount -t proc proc proc && pivot_root . .old && exec .${program}`
  const group = `/sys/fs/cgroup/freezer/docker/${id}`
  await range.sh(`mkdir -p ${group}`)
  await startIn(range, group, `unshare --mount --pid --fork --kill-child sh -c ${quote(init)}`)
  const pid = await firstProgram(range, id)
  const config = {
    ID: id,
    Name: `/${container.name}`,
    Created: '2026-03-01T08:00:00Z',
    Path: program,
    Args: pool === undefined ? [] : ['-o', `127.0.0.1:${pool}`, '-u', wallet],
    Image: container.imageId,
    Config: { Image: container.image, Cmd: null, Entrypoint: [program] },
    State: { Running: true, Pid: pid },
  }
  const host = { RestartPolicy: { Name: restart }, Privileged: false, NetworkMode: 'default' }
  const path = `/var/lib/docker/containers/${id}`
  plantFiles(range.root, [
    { kind: 'file', path: `${path}/config.v2.json`, content: { text: JSON.stringify(config) }, mode: 0o600 },
    { kind: 'file', path: `${path}/hostconfig.json`, content: { text: JSON.stringify(host) } },
  ])
  return pid
}

/** What an intruder does who came in through the shop: a program in the container's /tmp. */
async function breakInto(range: Range, container: Container): Promise<void> {
  const merged = `${folderOf(container)}/merged`
  const work = { lookalike: { burn: 25, pool: poolPort, stubborn: true as const }, words: `${minerWords}\nadded` }
  plantFiles(range.root, [{ kind: 'file', path: '/srv/added', content: work, mode: 0o755 }])
  await range.sh(`mv /srv/added ${merged}${added}`)
  const pid = await firstProgram(range, container.id)
  const group = `/sys/fs/cgroup/freezer/docker/${container.id}`
  await startIn(range, group, `nsenter --target ${pid} --mount --pid --root --wd=/ ${added}`)
  for (let turn = 0; turn < 100; turn++) {
    if (range.processes().some(({ exe }) => exe === added)) return
    await new Promise(done => setTimeout(done, 100))
  }
  throw new Error(`${added} does not run`)
}

async function startIn(range: Range, group: string, line: string): Promise<void> {
  const joined = `echo $$ > ${group}/cgroup.procs; exec ${line}`
  await range.sh(`setsid sh -c ${quote(joined)} >/dev/null 2>&1 </dev/null &`)
}

/** The pid on the host of a container's first program, once it runs. */
async function firstProgram(range: Range, id: string): Promise<number> {
  const line = `for p in $(cat /sys/fs/cgroup/freezer/docker/${id}/cgroup.procs); do [ "$(readlink /proc/$p/exe)" = /app/run ] && echo $p; done; :`
  for (let turn = 0; turn < 100; turn++) {
    const [pid] = (await range.sh(line)).trim().split('\n')
    if (pid !== undefined && pid !== '') return Number(pid)
    await new Promise(done => setTimeout(done, 100))
  }
  throw new Error(`the container ${id} does not start`)
}
