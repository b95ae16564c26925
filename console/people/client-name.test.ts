import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientName } from './client-name.ts'

for (const [client, text, kind] of [
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox · Linux', 'desktop'],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0',
    'Edge · Windows',
    'desktop',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
    'Safari · iPhone',
    'phone',
  ],
  ['curl/8.5.0', '', 'program'],
  ['', '', 'program'],
] as const)
  test(client, () => assert.deepEqual(clientName(client), { text, kind }))
