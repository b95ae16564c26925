import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { test } from 'node:test'
import { inNamespaces, inside } from '../../remedies/testing/inner-run.ts'
import { makePackage } from '../../tools/make-package.ts'
import { AgentLab, agentJournal, sha256Of, until, writeAgentConfig } from './agent-lab.ts'
import { runHere } from './machine.ts'

const missing = process.getuid?.() === 0 ? false : 'needs root'
inNamespaces(import.meta.url, missing, 1_400)

const root = resolve(import.meta.dirname, '../..')
const nameOf = (version: string) => `davylamp-${version}-linux-${process.arch}`

test('a host is upgraded by a signed release, and by nothing else', { skip: !inside }, async t => {
  const scratch = mkdtempSync(join(tmpdir(), 'davylamp-upgrade-'))
  t.after(() => rmSync(scratch, { recursive: true, force: true }))
  const packages = join(scratch, 'packages')
  const running = makePackage(root, packages)
  const old = /^davylamp-(.+)-linux-/.exec(basename(running))?.[1] ?? ''
  const lab = await AgentLab.open({ packages })
  t.after(() => lab.close())
  const range = await lab.lab.host('one')
  const { program, agent } = await lab.join(range)
  await range.sh(`${program} agent install`)
  const host = await lab.host(agent)

  const [keyFile, strangerFile] = [join(scratch, 'release.pem'), join(scratch, 'stranger.pem')]
  const key = releaseSign('make-key', keyFile).trim()
  releaseSign('make-key', strangerFile)
  /** Puts a release into the center's folder; gives what an order names. */
  const release = (version: string, signer: string) => {
    const file = join(packages, `${nameOf(version)}.tar.gz`)
    releaseSign('sign', signer, file, old)
    return { kind: 'upgrade', version, sha256: sha256Of(readFileSync(file)) } as const
  }
  const allowed = async () => (await lab.row(agent)).capabilities.includes('upgrade:allowed')
  const runs = async () => (await lab.row(agent)).program
  const upgraded = (version: string, signer: string) => lab.carriedOut(host, release(version, signer), range, 200)
  const current = async () => (await range.sh('readlink /opt/davylamp/current')).trim()

  makePackage(newerTree(scratch, '99.1.0'), packages)
  repacked(packages, '99.1.0', '99.2.0', scratch, folder => {
    // It does not even start.
    writeFileSync(join(folder, 'cli/main.js'), 'process.exit(1)\n')
  })
  for (const version of ['0.0.1', '99.3.0'])
    cpSync(join(packages, `${nameOf(old)}.tar.gz`), join(packages, `${nameOf(version)}.tar.gz`))

  await t.test('without the consent of its owner it stays as it is', async () => {
    const refused = await upgraded('99.1.0', keyFile)
    assert.deepEqual([refused.state, refused.refusal], ['refused', 'local-policy'])
    const words = '  accept: [scan, clean, upgrade]\nupgrade: true\n'
    await writeAgentConfig(range, `center: https://10.77.0.1:8444\norders:\n${words}`)
    await range.sh('systemctl reload davylamp-agent')
    await until('agent.yml is read again', 60, range, async () =>
      /agent\.yml was read again/.test(await agentJournal(range)) ? true : undefined,
    )
    const unknown = await upgraded('99.1.0', keyFile)
    assert.deepEqual([unknown.state, unknown.refusal], ['refused', 'bad-release'])
    assert.match(unknown.reason ?? '', /knows no release key/)
    assert.equal(await allowed(), false)
    await range.sh('cat > /etc/davylamp/release-keys', { input: `${key} # the publisher\n` })
    await range.sh('systemctl reload davylamp-agent')
    await until('it says that it may be upgraded', 60, range, async () => (await allowed()) || undefined)
  })

  for (const [what, version, signer, reason] of [
    ['signed by a stranger', '99.3.0', strangerFile, /not signed by a release key that this host knows/],
    ['that is not newer', '0.0.1', keyFile, /0\.0\.1 is not newer than/],
  ] as const)
    await t.test(`a release ${what} is refused`, async () => {
      const refused = await upgraded(version, signer)
      assert.deepEqual([refused.state, refused.refusal], ['refused', 'bad-release'])
      assert.match(refused.reason ?? '', reason)
      assert.equal(await current(), nameOf(old))
    })

  await t.test('a newer one replaces the program, connects, and the order is done', async () => {
    const before = await lab.row(agent)
    const done = await upgraded('99.1.0', keyFile)
    assert.equal(done.state, 'done', `${done.reason} ${await agentJournal(range)}`)
    assert.equal(await runs(), 'davylamp 99.1.0')
    assert.equal((await lab.row(agent)).spool_id, before.spool_id)
    assert.deepEqual(
      [await current(), await range.sh('readlink /opt/davylamp/previous')],
      [nameOf('99.1.0'), `${nameOf(old)}\n`],
    )
    const scanned = await lab.carriedOut(host, { kind: 'scan', mode: 'quick' }, range, 150)
    assert.equal(scanned.state, 'done', scanned.reason ?? '')
    assert.deepEqual(await tamperings(lab, host), [], 'an upgrade that was ordered is no tampering')
  })

  await t.test('one that does not start is set back, and the host says so', async () => {
    const failed = await upgraded('99.2.0', keyFile)
    assert.equal(failed.state, 'failed', `${failed.reason} ${await agentJournal(range)}`)
    assert.match(failed.reason ?? '', /started 3 times and did not come up/)
    assert.equal(await current(), nameOf('99.1.0'))
    await until('it is connected again', 60, range, async () => (await lab.row(agent)).online || undefined)
    assert.equal(await runs(), 'davylamp 99.1.0')
  })
})

function releaseSign(...words: string[]): string {
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', join(root, 'tools/release-sign.ts')]
  return runHere([...node, ...words])
}

/** This tree with another version; libraries are those of this one. */
function newerTree(scratch: string, version: string): string {
  const tree = join(scratch, 'tree')
  const left = new Set(
    ['node_modules', '.git', '.cache', 'dist', 'bench', 'test', 'hosts'].map(name => join(root, name)),
  )
  cpSync(root, tree, { recursive: true, filter: path => !left.has(path) })
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'))
  const about = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as object
  writeFileSync(join(tree, 'package.json'), JSON.stringify({ ...about, version }))
  return tree
}

/** The same package under another version, with something changed in it. */
function repacked(packages: string, from: string, to: string, scratch: string, change: (folder: string) => void): void {
  const work = join(scratch, 'work')
  mkdirSync(work)
  runHere(['tar', '-xzf', join(packages, `${nameOf(from)}.tar.gz`), '-C', work])
  runHere(['mv', join(work, nameOf(from)), join(work, nameOf(to))])
  change(join(work, nameOf(to)))
  const archive = join(packages, `${nameOf(to)}.tar.gz`)
  runHere(['tar', '--format=ustar', '--use-compress-program=gzip -1', '-cf', archive, '-C', work, nameOf(to)])
  rmSync(work, { recursive: true })
}

async function tamperings(lab: AgentLab, host: string): Promise<unknown[]> {
  const { tenant, store } = lab.center
  const rows = await store.tenant(tenant, db =>
    db.selectFrom('host_event').selectAll().where('host_id', '=', host).where('what', '=', 'tampering').execute(),
  )
  return rows.map(one => one.detail)
}
