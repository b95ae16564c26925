import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const mark = 'DAVYLAMP_TEST_NAMESPACES'

/** True in the run that `inNamespaces` started. */
export const inside = process.env[mark] !== undefined

/** For tests: runs their file again with mounts and a network of its own, where it may change them. */
export function inNamespaces(url: string, missing: string | false, timeoutSeconds = 60): void {
  test('with mounts and a network of its own', { skip: inside ? 'this is the inner run' : missing }, () => {
    const env: Record<string, string | undefined> = { ...process.env, [mark]: '1' }
    delete env['NODE_TEST_CONTEXT']
    const node = [process.execPath, '--disable-warning=ExperimentalWarning', '--test', fileURLToPath(url)]
    const result = spawnSync('unshare', ['-m', '-n', ...node], {
      encoding: 'utf8',
      env,
      timeout: timeoutSeconds * 1_000,
    })
    assert.equal(result.status, 0, result.stdout.slice(-6_000))
  })
}
