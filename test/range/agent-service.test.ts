import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { infections } from '../../hosts/index.ts'
import { inNamespaces, inside } from '../../remedies/testing/inner-run.ts'
import { makePackage } from '../../tools/make-package.ts'
import { AgentLab, agentJournal, serviceState, until, writeAgentConfig } from './agent-lab.ts'
import { startPool } from './infected-host.ts'
import { labAddress } from './lab.ts'
import { infect } from './plant.ts'
import type { Range } from './range.ts'

const missing = process.getuid?.() === 0 ? false : 'needs root'
inNamespaces(import.meta.url, missing, 1_400)

/** Percent of a core that this host gives to scans. */
const ceiling = 20

test('the packaged agent is a service of a real systemd', { skip: !inside }, async t => {
  const packages = mkdtempSync(join(tmpdir(), 'davylamp-packages-'))
  t.after(() => rmSync(packages, { recursive: true, force: true }))
  makePackage(resolve(import.meta.dirname, '../..'), packages)
  const lab = await AgentLab.open({ packages })
  t.after(() => lab.close())
  const range = await lab.lab.host('one')
  const config = (more = '') => `center: https://10.77.0.1:8444\nscan:\n  cpuPercent: ${ceiling}\n${more}`
  const { program, agent } = await lab.join(range, config())
  const host = await lab.host(agent)
  const online = (what: string) => until(what, 60, range, async () => (await lab.row(agent)).online || undefined)
  const offline = (what: string) => until(what, 90, range, async () => !(await lab.row(agent)).online || undefined)

  await t.test('installed, it says to systemd that it is ready, and what it does', async () => {
    await range.sh(`${program} agent install`)
    await online('the agent connects')
    await until('the status', 60, range, async () => {
      const { StatusText } = await serviceState(range, 'StatusText')
      return StatusText.startsWith('connected (websocket)') ? true : undefined
    })
    const { MainPID, ...state } = await serviceState(range, 'MainPID', 'ActiveState', 'NRestarts', 'UnitFileState')
    assert.deepEqual(state, { ActiveState: 'active', NRestarts: '0', UnitFileState: 'enabled' })
    // systemd's socket, although the launcher clears the environment.
    assert.match(await range.sh(`tr '\\0' ' ' < /proc/${MainPID}/cmdline`), / --notify-socket=\/run\/systemd\/notify /)
    assert.equal(await range.sh('readlink /opt/davylamp/current'), `${program.split('/')[3]}\n`)
    assert.doesNotMatch(await agentJournal(range), /missing|fail|error/i)
  })

  await t.test('reload takes agent.yml over, and a wrong one is said and changes nothing', async () => {
    const before = await pidOf(range)
    await writeAgentConfig(range, config('notify: []\n'))
    await range.sh('systemctl reload davylamp-agent')
    await journalSays(range, /agent\.yml was read again/)
    await writeAgentConfig(range, config('cpu: 3\n'))
    await range.sh('systemctl reload davylamp-agent')
    await journalSays(range, /agent\.yml is not taken over: .*agent\.yml:4: /)
    await writeAgentConfig(range, config())
    assert.equal(await pidOf(range), before)
  })

  await t.test('a scan stays below the ceiling of its host', async () => {
    const order = await lab.order(host, { kind: 'scan', mode: 'quick' })
    const samples = await processorOfScan(range, async () => {
      const { state } = await lab.orderRow(order)
      return ['done', 'failed', 'refused', 'partial'].includes(state)
    })
    assert.equal((await lab.orderRow(order)).state, 'done', await agentJournal(range))
    const [first, last] = [samples.at(0), samples.at(-1)]
    assert.ok(first !== undefined && last !== undefined && samples.length > 3, JSON.stringify(samples))
    const [wall, cpu] = [last.at - first.at, last.cpu - first.cpu]
    // A slow machine only gives it less. What a tick may overdraw is allowed for.
    assert.ok(cpu <= wall * (ceiling / 100) + 0.6, `${cpu} s of processor in ${wall} s`)
    t.diagnostic(`a scan took ${cpu.toFixed(1)} s of processor in ${wall.toFixed(1)} s`)
  })

  await t.test('idle again, it keeps within its memory (design.md §11)', async () => {
    const text = await range.sh(`cat /proc/${await pidOf(range)}/smaps_rollup`)
    const mebibytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) / 1_024
    const [resident, anonymous] = [mebibytes('Rss'), mebibytes('Anonymous')]
    assert.ok(resident <= 80 && anonymous <= 30, `${resident} MiB, ${anonymous} MiB of it anonymous`)
    t.diagnostic(`connected, after a scan: ${resident.toFixed(1)} MiB, ${anonymous.toFixed(1)} MiB of it anonymous`)
  })

  await t.test('stopped, it takes leave; started, it is the same agent', async () => {
    const before = await lab.row(agent)
    await range.sh('systemctl stop davylamp-agent')
    await offline('the center sees it go')
    // The host is up: whoever stopped the agent alone is told from a shutdown.
    assert.equal((await lab.row(agent)).offline_reason, 'restart')
    const { Result, ActiveState } = await serviceState(range, 'Result', 'ActiveState')
    assert.deepEqual([Result, ActiveState], ['success', 'inactive'])
    await range.sh('systemctl start davylamp-agent')
    await online('the agent comes back')
    assert.equal((await lab.row(agent)).spool_id, before.spool_id)
    assert.equal(before.tampered_at, null)
  })

  await t.test('killed with the cable out, it is started again, and what it had to say arrives', async () => {
    const before = await lab.row(agent)
    range.plug(false)
    const killed = await pidOf(range)
    await range.sh(`kill -KILL ${killed}`)
    await newProcess(range, killed, 30)
    range.plug(true)
    const after = await until('the report of the kill', 90, range, async () => {
      const row = await lab.row(agent)
      return row.tampered_at === null ? undefined : row
    })
    assert.equal(after.spool_id, before.spool_id)
    assert.ok(after.acknowledged > before.acknowledged)
    await online('the agent comes back')
  })

  await t.test('one that hangs is killed by its watchdog and started again', async () => {
    // Two minutes in the unit are too long for a test; all else is as installed.
    const folder = '/etc/systemd/system/davylamp-agent.service.d'
    await range.sh(`mkdir ${folder} && printf '[Service]\\nWatchdogSec=20\\n' > ${folder}/soon.conf`)
    await range.sh('systemctl daemon-reload && systemctl restart davylamp-agent')
    const hung = await pidOf(range)
    await range.sh(`kill -STOP ${hung}`)
    await newProcess(range, hung, 60)
    assert.match(await agentJournal(range), /Watchdog timeout \(limit 20s\)/)
    await range.sh(`rm -r ${folder} && systemctl daemon-reload`)
    await online('the agent comes back')
  })

  await t.test('after a reboot of the host it is there again, as the same', async () => {
    const before = await lab.row(agent)
    const kills = (await killsOf(lab, agent)).length
    await lab.lab.reboot(range)
    await until('a new connection', 90, range, async () => {
      const { online: there, connected_at: at } = await lab.row(agent)
      return there && Number(at) > Number(before.connected_at) ? true : undefined
    })
    assert.equal((await lab.row(agent)).spool_id, before.spool_id)
    // An orderly shutdown is nobody's attack.
    assert.equal((await killsOf(lab, agent)).length, kills)
    const goodbye = (await eventsOf(lab, agent, 'goodbye')).at(-1)
    assert.deepEqual(goodbye?.detail, { reason: 'shutdown' })
  })

  await t.test('it leaves, and alone it tells people itself what its scan finds', async () => {
    await range.sh(`${program} agent leave --yes`)
    await until('it works alone', 60, range, async () => {
      const { StatusText, ActiveState } = await serviceState(range, 'StatusText', 'ActiveState')
      return ActiveState === 'active' && StatusText.startsWith('works alone') ? true : undefined
    })
    await offline('the center sees it go')
    assert.equal(await range.sh('grep -c ^center: /etc/davylamp/agent.yml || true'), '0\n')
    assert.equal(existsSync(join(range.root, 'var/lib/davylamp/agent/identity.json')), false)
    const bodies: string[] = []
    const chat = createServer((request, answer) => {
      request.setEncoding('utf8').on('data', (part: string) => bodies.push(part))
      request.once('end', () => answer.end('ok'))
    })
    await new Promise<void>(done => chat.listen(7_700, labAddress, done))
    try {
      await startPool(range)
      await infect(
        range,
        infections.filter(one => one.family === 'kinsing'),
      )
      await range.sh('systemctl stop davylamp-agent')
      // The next scan is due soon: one that was missed would be put off by a random time.
      const schedule = JSON.stringify({ quick: Date.now() + 45_000 })
      await range.sh('cat > /var/lib/davylamp/agent/schedule.json', { input: schedule })
      await writeAgentConfig(range, `notify:\n  - { name: ops, kind: slack, url: "http://${labAddress}:7700/" }\n`)
      await range.sh('systemctl start davylamp-agent')
      await until('somebody is told', 300, range, async () => (/one/.test(bodies.join('')) ? true : undefined))
      assert.match(bodies.join(''), /kdevtmpfsi|[Kk]insing/)
    } finally {
      chat.close()
    }
  })

  await t.test('uninstalled, it is gone without a trace but its state', async () => {
    await range.sh(`${program} agent uninstall --yes`)
    const { LoadState } = await serviceState(range, 'LoadState')
    assert.equal(LoadState, 'not-found')
    assert.equal(await range.sh('pgrep -fc "/opt/[d]avylamp/" || true'), '0\n')
    const left = await range.sh(
      "find / -xdev -name '*davylamp*' -not -path '/proc/*' -not -path '/run/*' -prune | sort",
    )
    assert.deepEqual(left.trim().split('\n'), ['/etc/davylamp', '/opt/davylamp', '/var/lib/davylamp'])
  })
})

async function pidOf(range: Range): Promise<string> {
  return (await serviceState(range, 'MainPID')).MainPID
}

function newProcess(range: Range, before: string, seconds: number): Promise<string> {
  return until('another process of the service', seconds, range, async () => {
    const { MainPID, ActiveState } = await serviceState(range, 'MainPID', 'ActiveState')
    return ActiveState === 'active' && MainPID !== '0' && MainPID !== before ? MainPID : undefined
  })
}

function journalSays(range: Range, words: RegExp): Promise<true> {
  return until(`the journal says ${words}`, 30, range, async () =>
    words.test(await agentJournal(range)) ? true : undefined,
  )
}

/** What the center keeps of that kind for an agent's host, in its order. */
async function eventsOf(lab: AgentLab, agent: string, what: string) {
  const { tenant, store } = lab.center
  const host = await lab.host(agent)
  return store.tenant(tenant, db =>
    db
      .selectFrom('host_event')
      .selectAll()
      .where('host_id', '=', host)
      .where('what', '=', what)
      .orderBy('event_id')
      .execute(),
  )
}

/** The drop-in of the test before is told as well, at the next look. */
async function killsOf(lab: AgentLab, agent: string) {
  const all = await eventsOf(lab, agent, 'tampering')
  return all.filter(one => /without taking leave/.test(JSON.stringify(one.detail)))
}

interface Sample {
  /** Seconds. */
  readonly at: number
  /** Processor seconds of the scan until then. */
  readonly cpu: number
}

/** Looks at the processor time of the agent's scan (proc(5), USER_HZ 100) until it has ended. */
async function processorOfScan(range: Range, ended: () => Promise<boolean>): Promise<Sample[]> {
  const samples: Sample[] = []
  const script =
    'for d in /proc/[0-9]*; do tr "\\0" " " < $d/cmdline 2>/dev/null | grep -q " agent [l]ook " && cat $d/stat /proc/uptime && exit; done; true'
  while (!(await ended())) {
    const [stat = '', uptime = ''] = (await range.sh(script)).split('\n')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields.length > 12)
      samples.push({ at: Number(uptime.split(' ')[0]), cpu: (Number(fields[11]) + Number(fields[12])) / 100 })
    await new Promise(done => setTimeout(done, 200))
  }
  return samples
}
