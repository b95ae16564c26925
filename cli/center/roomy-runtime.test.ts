import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runtimeFlags } from '../../tools/launch-settings.ts'
import { withoutSmall } from './roomy-runtime.ts'

test('flags that keep a scan small go, all else stays', () => {
  const loader = ['--inhibit-cache', '--library-path', '/opt/davylamp/runtime', '/opt/davylamp/runtime/node']
  const command = ['/opt/davylamp/cli/main.js', 'center', 'run', '--optimize-for-size']
  assert.deepEqual(withoutSmall([...loader, ...runtimeFlags, ...command]), [
    ...loader,
    '--disable-warning=ExperimentalWarning',
    '--enable-experimental-regexp-engine-on-excessive-backtracks',
    '--openssl-config=/dev/null',
    '--no-concurrent-recompilation',
    '--expose-gc',
    ...command,
  ])
})
