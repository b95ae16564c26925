/** How a name deceives whoever reads it. */
export type Deception = 'zero-width' | 'direction' | 'trailing-blank' | 'odd-blank' | 'twin'

/** Characters that are written and not seen: zero-width space and joiners, word joiner, byte order mark, soft hyphen, tags. */
const unseen = characters(
  '00ad 034f 061c 115f-1160 17b4-17b5 180b-180f 200b-200f 2060-2064 206a-206f 3164 fe00-fe0f feff ffa0 e0000-e01ef',
)
/** Joiners and variation selectors are letters' and emojis' own, beside anything that is no ASCII. */
const needed = /(?<=[^\x00-\x7f])(?:\u200c|\u200d|[\ufe00-\ufe0f])(?=[^\x00-\x7f]|$)/gu
const turns = /[\u202a-\u202e\u2066-\u2069]/g
const blanks = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]/g

/** Letters of other alphabets that look like ASCII ones (Unicode's confusables.txt, those of small words), in pairs. */
const alike = new Map(
  (
    'аaеeоoрpсcуyхxіiјjѕsһhԁdԛqԝwӏlкkВBАAЕEКKМMНHОOРPСCТTХXУYЅSІIЈJԌGԍgбb' +
    'οoαaνvρpυuιiκkτtγyΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧX' +
    'օoսuոnհhցgզqԼLѵvɡgɑaɩiıiȷjʟLⲟoꓳO'
  )
    .match(/../gu)
    ?.map(pair => [[...pair][0] ?? '', [...pair][1] ?? ''] as const) ?? [],
)

/** What a reader takes a name for. */
export function readAs(name: string): string {
  const plain = name.normalize('NFKC').replace(turns, '').replace(unseen, '').replace(blanks, ' ').trimEnd()
  return [...plain].map(letter => alike.get(letter) ?? letter).join('')
}

/**
 * How a name of a file, unit, command or account deceives; undefined for an honest one, whatever its alphabet. A likeness
 * counts only where `others` holds the name that it is taken for.
 */
export function deceptionIn(name: string, others: (name: string) => boolean): Deception | undefined {
  // Nearly all names of a server.
  if (/^[\x21-\x7e]*$/.test(name)) return undefined
  if (turns.test(name)) {
    turns.lastIndex = 0
    return 'direction'
  }
  if (name.replace(needed, '').search(unseen) >= 0) return 'zero-width'
  if (/[\s\u2800]$/u.test(name) && name.trim() !== '') return 'trailing-blank'
  const taken = readAs(name)
  if (taken === name || !/^[\x20-\x7e]+$/.test(taken) || !others(taken)) return undefined
  return name.search(blanks) >= 0 ? 'odd-blank' : 'twin'
}

/** One of the characters of those ranges of code points. */
function characters(ranges: string): RegExp {
  const parts = ranges.split(' ').map(range =>
    range
      .split('-')
      .map(code => `\\u{${code}}`)
      .join('-'),
  )
  return new RegExp(`[${parts.join('')}]`, 'gu')
}
