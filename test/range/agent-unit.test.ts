import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { test } from 'node:test'
import { hardening } from '../../agent/unit.ts'
import { documents } from '../../cli/documents.ts'
import { infections } from '../../hosts/index.ts'
import { inNamespaces, inside } from '../../remedies/testing/inner-run.ts'
import { makePackage } from '../../tools/make-package.ts'
import { serviceState, until, writeAgentConfig } from './agent-lab.ts'
import { openHost } from './infected-host.ts'
import type { Range } from './range.ts'

const missing = process.getuid?.() === 0 ? false : 'needs root'
inNamespaces(import.meta.url, missing, 1_400)

/** Seconds, long enough to be no accident. */
const stopped = 25

test('an agent alone under its unit: it scans and cleans, tells how it is, and who touches it', {
  skip: !inside,
}, async t => {
  const packages = mkdtempSync(join(tmpdir(), 'davylamp-packages-'))
  t.after(() => rmSync(packages, { recursive: true, force: true }))
  const archive = basename(makePackage(resolve(import.meta.dirname, '../..'), packages))
  const range = await openHost({ infections: infections.filter(one => one.family === 'kinsing'), decoys: false })
  t.after(() => range.close())
  assert.ok(readdirSync(packages).includes(archive))
  cpSync(join(packages, archive), join(range.root, 'root', archive))
  await range.sh(`mkdir -p /opt/davylamp && tar xzf /root/${archive} -C /opt/davylamp && rm /root/${archive}`)
  const program = `/opt/davylamp/${archive.replace('.tar.gz', '')}/davylamp`
  const status = async () => {
    const done = await range.exec(['/bin/sh', '-c', `${program} --json status`])
    return documents.status.parse(JSON.parse(done.stdout))
  }
  const entries = async (event: string) => {
    const text = await range.sh(`journalctl -u davylamp-agent -o json --no-pager DAVYLAMP_EVENT=${event}`)
    return text
      .trim()
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line) as Record<string, string>)
  }
  const tampered = (what: string, seconds = 60) =>
    until(`${what} is told`, seconds, range, async () =>
      (await entries('tampering')).find(one => one['DAVYLAMP_WHAT'] === what),
    )

  await t.test('it starts within a second or so, and says that all is well', async () => {
    await writeAgentConfig(range, 'metrics: { listen: "127.0.0.1:9464" }\n')
    const begun = Date.now()
    await range.sh(`${program} agent install`, { timeoutMs: 120_000 })
    t.diagnostic(`installed and ready after ${Date.now() - begun} ms`)
    await until('its status', 30, range, async () => (await status()).running || undefined)
    const { problems, running, tampering } = await status()
    assert.deepEqual([problems, running, tampering], [[], true, []])
  })

  await t.test('systemd took every line of the unit, and gives the service weight and no ceiling', async () => {
    const journal = await range.sh(
      'journalctl --no-pager --grep "davylamp-agent.service:.*(Unknown|Failed to parse)" || true',
    )
    assert.doesNotMatch(journal, /Unknown|parse/)
    const state = await serviceState(
      range,
      'OOMScoreAdjust',
      'LimitMEMLOCK',
      'LockPersonality',
      'RestrictRealtime',
      'MemoryMax',
      'Result',
    )
    assert.deepEqual(state, {
      OOMScoreAdjust: '-900',
      LimitMEMLOCK: 'infinity',
      LockPersonality: 'yes',
      RestrictRealtime: 'yes',
      MemoryMax: 'infinity',
      Result: 'success',
    })
    const exposure = await range.sh('systemd-analyze security --no-pager davylamp-agent.service | tail -n 1')
    t.diagnostic(exposure.trim())
  })

  await t.test('its numbers are at the port that agent.yml names', async () => {
    const text = await range.sh(
      `bash -c 'exec 3<>/dev/tcp/127.0.0.1/9464; printf "GET /metrics HTTP/1.0\\r\\n\\r\\n" >&3; cat <&3'`,
    )
    assert.match(text, /^HTTP\/1\.1 200 OK\r\n/)
    assert.match(text, /^davylamp_agent_running 1$/m)
  })

  await t.test('a scan of the service finds the intruder, and ends before others when memory is short', async () => {
    await dueNow(range, 'quick')
    const seen = await until('the scan', 300, range, async () => {
      const child = await range.sh(
        'for d in /proc/[0-9]*; do tr "\\0" " " < $d/cmdline 2>/dev/null | grep -q " agent [l]ook" && cat $d/oom_score_adj && exit; done; true',
      )
      return child === '' ? undefined : child
    })
    assert.equal(seen, '500\n')
    const { MainPID } = await serviceState(range, 'MainPID')
    // In a container nobody may ask for protection, and systemd goes on without.
    const own = Number(await range.sh(`cat /proc/${MainPID}/oom_score_adj`))
    assert.ok(own === -900 || own === 0, `${own}`)
    t.diagnostic(`oom_score_adj of the agent: ${own}`)
    const { lastScan, problems } = await until('its end', 300, range, async () => {
      const now = await status()
      return now.lastScan === undefined ? undefined : now
    })
    assert.equal(lastScan?.verdict, 'confirmed')
    assert.match(problems.join('\n'), /found an intrusion \(confirmed\)/)
  })

  await t.test('with what the unit takes away a clean-up is whole, and so is its undo', async () => {
    const properties = hardening.map(one => `-p '${one}'`).join(' ')
    const run = (words: string) =>
      range.exec(['/bin/sh', '-c', `systemd-run --wait --pipe --quiet ${properties} ${program} ${words}`], {
        timeoutMs: 300_000,
      })
    const cleaned = await run('clean --yes --watch 3s')
    assert.equal(cleaned.status, 0, cleaned.stdout + cleaned.stderr)
    assert.deepEqual(
      range.processes().filter(one => /kinsing|kdevtmpfsi/.test(one.exe)),
      [],
    )
    const undone = await run('undo --yes')
    assert.equal(undone.status, 0, undone.stdout + undone.stderr)
  })

  await t.test('a signal that did not come from systemd is obeyed, told, and the service comes back', async () => {
    const { MainPID: before } = await serviceState(range, 'MainPID')
    await range.sh(`kill -TERM ${before}`)
    const entry = await tampered('signalled')
    assert.deepEqual([entry['PRIORITY'], entry['SYSLOG_IDENTIFIER'], entry['_PID']], ['4', 'davylamp', before])
    await until('another process', 60, range, async () => {
      const { MainPID } = await serviceState(range, 'MainPID')
      return MainPID !== '0' && MainPID !== before ? true : undefined
    })
  })

  await t.test('stopped for a while, it tells afterwards', async () => {
    await until('it runs', 60, range, async () => (await status()).running || undefined)
    const { MainPID } = await serviceState(range, 'MainPID')
    await range.sh(`sleep 6; kill -STOP ${MainPID}; sleep ${stopped}; kill -CONT ${MainPID}`, { timeoutMs: 90_000 })
    assert.match(
      (await tampered('stood-still'))['MESSAGE'] ?? '',
      /stood still for \d+ seconds while this host was awake/,
    )
  })

  await t.test('a drop-in, and a service that was disabled, are told; a stop by systemd is not', async () => {
    // The first look only remembers.
    await dueNow(range, 'tampering')
    const seen = 'test -e /var/lib/davylamp/agent/own-files.json'
    await until(
      'the first look',
      120,
      range,
      async () => (await range.exec(['/bin/sh', '-c', seen])).status === 0 || undefined,
    )
    await range.sh('systemctl stop davylamp-agent', { timeoutMs: 120_000 })
    const told = (await entries('tampering')).length
    await range.sh(
      'mkdir -p /etc/systemd/system/service.d && printf "[Service]\\nNice=19\\n" > /etc/systemd/system/service.d/x.conf',
    )
    await range.sh('systemctl disable davylamp-agent && systemctl daemon-reload')
    await dueNow(range, 'tampering')
    const words = await until('both are told', 120, range, async () => {
      const all = (await entries('tampering')).slice(told).map(one => one['MESSAGE'] ?? '')
      const isTold = (what: RegExp) => all.some(one => what.test(one))
      return isTold(/service\.d\/x\.conf is new/) && isTold(/The service of the agent was disabled/)
        ? all.join('\n')
        : undefined
    })
    assert.doesNotMatch(words, /without taking leave/)
    assert.match((await status()).problems.join(), /touched the agent within the last day/)
    await range.sh('rm -r /etc/systemd/system/service.d; systemctl daemon-reload')
  })

  await t.test('uninstalled, nothing of it is left but its state', async () => {
    await range.sh(`${program} agent uninstall --yes`, { timeoutMs: 120_000 })
    assert.equal((await serviceState(range, 'LoadState')).LoadState, 'not-found')
    const left = await range.sh(
      "find /etc/systemd /run/systemd/system /sys/fs/cgroup -name '*davylamp*' 2>/dev/null | sort",
    )
    assert.equal(left, '')
    assert.equal(await range.sh('grep -c ":24F8 " /proc/net/tcp || true'), '0\n', 'port 9464')
    assert.equal((await status()).running, false)
  })
})

/** Stops the agent, sets when a task is due, and starts it: what was missed would be put off by a random time. */
async function dueNow(range: Range, task: 'quick' | 'tampering'): Promise<void> {
  await range.sh('systemctl stop davylamp-agent', { timeoutMs: 120_000 })
  const schedule = JSON.stringify({ [task]: Date.now() + 15_000 })
  await range.sh('cat > /var/lib/davylamp/agent/schedule.json', { input: schedule })
  await range.sh('systemctl start davylamp-agent', { timeoutMs: 120_000 })
}
