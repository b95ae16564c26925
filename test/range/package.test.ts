import assert from 'node:assert/strict'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { infections } from '../../hosts/index.ts'
import { type Contents, hostContents } from '../../tools/make-package.ts'
import { debOf } from '../../tools/packaging/deb.ts'
import { rpmOf } from '../../tools/packaging/rpm.ts'
import { serviceState, until } from './agent-lab.ts'
import { isNoise } from './differences.ts'
import { startPool } from './infected-host.ts'
import { rangeImpossible } from './machine.ts'
import { infect } from './plant.ts'
import { Range } from './range.ts'
import { compareSnapshots, type Snapshot } from './snapshot.ts'

const skip = rangeImpossible() ?? false
const newer = '99.1.0'
let made: Contents | undefined

/** This program, and the same under a newer version. */
function contents(version?: string): Contents {
  made ??= hostContents(resolve(import.meta.dirname, '../..'))
  if (version === undefined) return made
  const about = JSON.stringify({ name: made.name, version, type: 'module' })
  const files = made.files.map(file => (file.path === 'package.json' ? { ...file, content: Buffer.from(about) } : file))
  return { ...made, version, files }
}

test('a Debian package: installed, used, upgraded, removed, purged', { skip, timeout: 900_000 }, async t => {
  const range = await Range.open()
  t.after(() => range.close())
  await startPool(range)
  const before = range.snapshot()
  const old = await put(range, await debOf(contents()))
  const next = await put(range, await debOf(contents(newer)))
  const active = () => untilActive(range)

  await t.test('where the administrator forbids it, nothing is started', async () => {
    const policy = join(range.root, 'usr/sbin/policy-rc.d')
    writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
    await range.sh(`dpkg -i ${old}`)
    rmSync(policy)
    const state = await serviceState(range, 'ActiveState', 'UnitFileState')
    assert.deepEqual(state, { ActiveState: 'inactive', UnitFileState: 'enabled' })
    await range.sh('dpkg --purge davylamp')
    assertSame(before, range.snapshot(), [old, next])
  })

  await t.test('installed, its service runs from the unit of the package, and agent install leaves it so', async () => {
    await range.sh(`dpkg -i ${old}`)
    await active()
    const unit = async () => {
      const { FragmentPath, UnitFileState } = await serviceState(range, 'FragmentPath', 'UnitFileState')
      // Where /lib is a link, systemd names either.
      return [FragmentPath.replace(/^\/lib\//, '/usr/lib/'), UnitFileState]
    }
    const packaged = ['/usr/lib/systemd/system/davylamp-agent.service', 'enabled']
    assert.deepEqual(await unit(), packaged)
    assert.match(await range.sh('davylamp agent install'), /installed and running\. See: davylamp status/)
    await active()
    assert.deepEqual(await unit(), packaged)
    assert.equal(existsSync(join(range.root, 'etc/systemd/system/davylamp-agent.service')), false)
    assert.equal(await range.sh('dpkg --verify davylamp'), '')
    // Stopped and disabled by its owner, it stays so until its owner says otherwise.
    assert.match(await range.sh('davylamp agent uninstall --yes'), /stopped and disabled; its package still has it/)
    await range.sh(`dpkg -i ${old}`)
    const state = await serviceState(range, 'ActiveState', 'UnitFileState')
    assert.deepEqual(state, { ActiveState: 'inactive', UnitFileState: 'disabled' })
    await range.sh('davylamp agent install')
    await active()
  })

  await t.test('a clean host is clean; an infected one is cleaned and taken back', async () => {
    const scan = async () => (await range.exec(['davylamp', 'scan', '--no-save', '--json'], slow)).status
    assert.equal(await scan(), 0)
    await infect(range, intruders)
    assert.equal(await scan(), 20)
    const clean = () => range.exec(['davylamp', 'clean', '--yes', '--later-looks', '--watch', '5s'], slow)
    const cleaned = await clean()
    assert.equal(cleaned.status, 0, cleaned.stdout + cleaned.stderr)
    const undone = await range.exec(['davylamp', 'undo', '--yes'], slow)
    assert.equal(undone.status, 0, undone.stdout + undone.stderr)
    const again = await clean()
    assert.equal(again.status, 0, again.stdout + again.stderr)
    await range.sh('davylamp block add 198.51.100.9 --for 1h')
    assert.match(await range.sh('ls /etc/systemd/system'), /davylamp-look-.*\.timer/)
  })

  await t.test('an upgrade keeps what the owner wrote, the runs, and the service', async () => {
    const runs = await range.sh('davylamp runs --json')
    await range.sh('echo "# ours" >> /etc/davylamp/agent.yml')
    const { MainPID: earlier } = await serviceState(range, 'MainPID')
    await range.sh(`dpkg -i ${next}`)
    await active()
    assert.equal(await range.sh('davylamp --version'), `${newer}\n`)
    assert.notEqual((await serviceState(range, 'MainPID')).MainPID, earlier)
    assert.equal(await range.sh('davylamp runs --json'), runs)
    assert.equal(await range.sh('tail -n 1 /etc/davylamp/agent.yml'), '# ours\n')
  })

  await t.test(
    'removed, it leaves its state and the file of its owner, and nothing that starts or blocks',
    async () => {
      await range.sh('dpkg --remove davylamp')
      assert.equal((await serviceState(range, 'LoadState')).LoadState, 'not-found')
      assert.equal(await range.sh('pgrep -fc "/usr/lib/[d]avylamp/" || true'), '0\n')
      const left = await range.sh(
        "find / -xdev -name '*davylamp*' -not -path '/root/*' -prune | grep -v ^/var/lib/dpkg | sort",
      )
      assert.deepEqual(left.trim().split('\n'), ['/etc/davylamp', '/var/lib/davylamp'])
      assert.equal(await range.sh('nft list tables | grep -c davylamp || true'), '0\n')
      for (const kept of ['runs', 'vault']) assert.equal(existsSync(join(range.root, 'var/lib/davylamp', kept)), true)
    },
  )

  await t.test('installed again it goes on with that, and purged nothing of it is left', async () => {
    await range.sh(`dpkg -i ${next}`)
    await active()
    assert.match(await range.sh('davylamp runs'), /clean/)
    await range.sh('dpkg --purge davylamp')
    assertSame(before, range.snapshot(), [old, next, ...touched])
  })
})

test('an RPM package: installed, upgraded, removed', { skip, timeout: 900_000 }, async t => {
  const range = await Range.open({ packages: ['rpm'] })
  t.after(() => range.close())
  const before = range.snapshot()
  const old = await put(range, await rpmOf(contents()))
  const next = await put(range, await rpmOf(contents(newer)))
  assert.match(await range.sh(`rpm -K ${old}`), /digests OK/)
  // The shell of this host is no RPM.
  await range.sh(`rpm -i --nodeps ${old}`, slow)
  assert.equal((await serviceState(range, 'UnitFileState')).UnitFileState, 'enabled', 'by the preset of this host')
  await range.sh('systemctl start davylamp-agent')
  await untilActive(range)
  const changed = await range.exec(['rpm', '-V', '--nodeps', 'davylamp'], slow)
  assert.equal(changed.stdout, '')
  await range.sh('echo "# ours" >> /etc/davylamp/agent.yml')
  await range.sh(`rpm -U --nodeps ${next}`, slow)
  await untilActive(range)
  assert.equal(await range.sh('davylamp --version'), `${newer}\n`)
  assert.equal(await range.sh('tail -n 1 /etc/davylamp/agent.yml'), '# ours\n')
  await range.sh('rpm -e davylamp', slow)
  assert.equal((await serviceState(range, 'LoadState')).LoadState, 'not-found')
  assert.equal(await range.sh('ls /etc/davylamp'), 'agent.yml.rpmsave\n')
  assert.equal(existsSync(join(range.root, 'var/lib/davylamp/agent')), true)
  await range.sh('rm -r /etc/davylamp /var/lib/davylamp')
  assertSame(before, range.snapshot(), [old, next])
})

const intruders = infections.filter(one => one.family === 'kinsing')
/** A file of theirs whose lines were taken out may stay, empty, and one of the host has another time. */
const touched = new Set(intruders.flatMap(one => one.items.flatMap(item => ('path' in item ? [item.path] : []))))
const slow = { timeoutMs: 240_000 }

/** A package as a file of the host; its path there. */
async function put(range: Range, { name, content }: { name: string; content: Buffer }): Promise<string> {
  writeFileSync(join(range.root, 'root', name), content)
  return `/root/${name}`
}

function untilActive(range: Range): Promise<true> {
  return until('the service works alone', 60, range, async () => {
    const { ActiveState, StatusText } = await serviceState(range, 'ActiveState', 'StatusText')
    return ActiveState === 'active' && StatusText.startsWith('works alone') ? true : undefined
  })
}

/** No file more, none less, none other; what dpkg, rpm and the host itself note down aside. */
function assertSame(before: Snapshot, after: Snapshot, ours: readonly string[]): void {
  const theirs = /^\/var\/(?:lib\/(?:dpkg|rpm)|log)(?:\/|$)|^\/root\/\.rpmdb/
  const differences = compareSnapshots(before, after, (path, field, type) => {
    if (ours.includes(path) || (field === 'modified' && type === 'directory')) return true
    return !path.includes('davylamp') && (theirs.test(path) || isNoise(path, field, type))
  })
  assert.deepEqual(differences, [])
}
