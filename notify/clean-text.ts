/**
 * Controls, line ends, directions of writing (Unicode bidi), invisible characters and lone surrogates: with these a name on
 * a host could forge lines, headers or the order of what is read.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]|\u{115F}|\u{1160}|\u{3164}|\u{FFA0}|\p{Variation_Selector}/gu

/** One line of text out of what a host said: what cannot be seen is shown as U+FFFD, line ends are spaces; cut at `most` characters. */
export function cleanText(text: string, most = 500): string {
  // Cut before the work too: a title may be megabytes.
  const start = text.length > most * 4 ? text.slice(0, most * 4) : text
  const line = start
    .toWellFormed()
    .replace(/[\s\u0085]+/gu, ' ')
    .replace(unseen, '\u{FFFD}')
    .trim()
  const characters = [...line]
  return characters.length <= most ? line : `${characters.slice(0, most - 1).join('')}…`
}

/** Last words of names of files that are met often; other words after a dot may make a link of it. */
const fileEndings = new Set(
  'sh py pl php jsp js so ko service timer socket mount path slice target conf cfg json yml yaml txt log gz tgz tar xz zip bz2 rpm deb exe elf bin pid lock bak old tmp list d c h o a db sql html xml jar class rb lua ps1 bat unit key pub pem'.split(
    ' ',
  ),
)

/** Text that no mail program or messenger makes a link of, in the way that people of the trade write it: `pool[.]example`. */
export function defanged(text: string): string {
  return text
    .replace(/:\/\//g, '[:]//')
    .replace(
      /\b(mailto|tel|sms|callto|javascript|data|vbscript|file|magnet|skype|slack|lark|dingtalk|wxwork|msteams):/gi,
      '$1[:]',
    )
    .replace(/\b(www\d?)\./gi, '$1[.]')
    .replace(/(?<=[\p{L}\p{N}-])[.。．｡](?=(\p{L}[\p{L}\p{N}-]+))/gu, (dot, last: string) =>
      fileEndings.has(last.toLowerCase()) ? dot : '[.]',
    )
}

/** For people: one safe line. */
export function shown(text: string, most = 500): string {
  return defanged(cleanText(text, most))
}

/** The first bytes of a text, never half a character. */
export function cutBytes(text: string, most: number): string {
  const bytes = Buffer.from(text.toWellFormed())
  if (bytes.length <= most) return bytes.toString()
  let end = Math.max(most - 3, 0)
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return `${bytes.subarray(0, end).toString()}…`
}
