/** What would forge lines, the order of reading or the look of other text: controls, bidi marks, invisible and private characters. */
const unseen =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{Cn}]|\u{115F}|\u{1160}|\u{3164}|\u{FFA0}|\p{Variation_Selector}/gu

const longest = 4_000

/** Any text on one line, as it is read: what cannot be seen is named, as `[U+202E]`; spaces stay, so that a blank in a name is seen. */
export function seenText(text: string): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text
  return cut
    .toWellFormed()
    .replace(/\r\n|[\n\r\t]/g, ' ')
    .replace(unseen, named)
}

export function named(character: string): string {
  const code = character.codePointAt(0) ?? 0xfffd
  return `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`
}
