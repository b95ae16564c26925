import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scriptOf } from './process-script.ts'

const cases: [string, string[], string | undefined][] = [
  ['/usr/bin/bash', ['bash', './x.sh'], '/home/u/x.sh'],
  ['/usr/bin/bash', ['-bash'], undefined],
  ['/usr/bin/bash', ['bash', '-c', 'curl x | sh'], undefined],
  ['/usr/bin/bash', ['bash', '-x', '-o', 'pipefail', '/tmp/../tmp/a'], '/tmp/a'],
  ['/usr/bin/python3.11', ['python3', '-u', '-W', 'ignore', '/opt/x.py', '-c'], '/opt/x.py'],
  ['/usr/bin/python3.11', ['python3', '-m', 'http.server'], undefined],
  ['/usr/bin/perl', ['/usr/bin/perl', '/tmp/b'], '/tmp/b'],
  ['/usr/bin/java', ['java', '-Xmx1g', '-cp', '/a:/b', '-jar', 'x.jar'], '/home/u/x.jar'],
  ['/bin/busybox', ['sh', '/x.sh'], '/x.sh'],
  ['/bin/busybox', ['busybox', 'ash', '/x.sh'], '/x.sh'],
  ['/bin/busybox', ['ls', '/x'], undefined],
  ['/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2', ['/lib64/ld-linux-x86-64.so.2', './m'], '/home/u/m'],
  ['/usr/sbin/nginx', ['nginx', '/x'], undefined],
]
for (const [path, argv, expected] of cases) {
  test(argv.join(' '), () => assert.equal(scriptOf(path, argv, '/home/u'), expected))
}
