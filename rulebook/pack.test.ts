import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openPack } from './pack.ts'

const rule = `title: Timer named like a king
id: 5d0c0b1a-7a57-4a35-9a62-0f4a0a4b1c11
level: critical
logsource: { category: autostart }
detection:
  king: { command|contains: king }
  condition: king
`
const cases = `- name: a king
  rule: Timer named like a king
  files: { /etc/cron.d/a: "* * * * * root /usr/bin/king\\n" }
  finds: ['/etc/cron.d/a:1']
- name: a queen
  rule: Timer named like a king
  files: { /etc/cron.d/a: "* * * * * root /usr/bin/queen\\n" }
  finds: []
`

test('a pack whose cases hold can be used; hosts get its rules alone', async () => {
  const pack = await openPack(`${rule}---\n${cases}`)
  assert.deepEqual([pack.problems, pack.count, pack.rules], [[], 1, rule])
})

for (const [name, text, problem] of [
  ['no near-miss', `${rule}---\n${cases.split('- name: a queen')[0]}`, /no near-miss/],
  ['no cases', rule, /no case that it finds/],
  [
    'a case that does not hold',
    `${rule}---\n${cases.replace('bin/queen', 'bin/kingdom')}`,
    /found \/etc\/cron\.d\/a:1, wanted nothing/,
  ],
  ['a case of another rule', `${rule}---\n${cases}- { name: x, rule: y, finds: [] }\n`, /no rule "y"/],
  ['no rule', cases, /holds no rule/],
  ['no YAML', `${rule}---\n- {`, /list 1/],
  ['a rule without a condition', `${rule.replace(/ {2}condition.*\n/, '')}---\n${cases}`, /condition/],
  [
    'an alias bomb',
    `${rule}---\n- &a [x,x,x,x,x,x,x,x,x,x]\n- &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n- &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n- [*c,*c,*c]\n`,
    /list 1/,
  ],
] as const)
  test(`refused: ${name}`, async () => assert.match((await openPack(text)).problems.join('\n'), problem))
