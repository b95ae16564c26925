import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { lstatSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { liveTarget } from '../../../target/index.ts'
import { openPackages } from './package-database.ts'

const hasDpkg = spawnSync('dpkg-query', ['--version']).status === 0

test('says of this machine what dpkg says', { skip: hasDpkg ? false : 'needs dpkg' }, () => {
  const packages = openPackages(liveTarget())
  // A line each: name, for some with its architecture, a tab, and the version.
  const shown = spawnSync('dpkg-query', ['-W'], { encoding: 'utf8' }).stdout.trim().split('\n')
  assert.deepEqual(
    packages
      .packages()
      .map(({ name, version }) => `${name} ${version}`)
      .toSorted(),
    shown.map(line => line.replace(/^([^\t:]+)(?::[^\t]+)?\t/, '$1 ')).toSorted(),
  )
  for (const name of ['dpkg', 'coreutils', 'passwd']) {
    const listed = spawnSync('dpkg-query', ['-L', name], { encoding: 'utf8' }).stdout.trim().split('\n')
    assert.deepEqual(
      packages.filesOf(name),
      listed.filter(path => path.startsWith('/') && path !== '/.'),
    )
    for (const path of listed
      .filter(one => /^\/(?:usr\/)?s?bin\/./.test(one) && lstatSync(one).isFile())
      .slice(0, 30)) {
      const { ownership, package: owner, recordedDigest } = packages.owner(path)
      const found = createHash('md5').update(readFileSync(path)).digest('hex')
      assert.deepEqual([owner, ownership], [name, recordedDigest === `md5:${found}` ? 'owned' : 'modified'], path)
    }
  }
})
