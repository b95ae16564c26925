/** About how wide a text is in a common sans-serif font of that size: measured in Noto Sans, ideographs are square. */
export function textWidth(text: string, fontSize: number): number {
  let ems = 0
  for (const character of text) ems += width(character)
  return ems * fontSize
}

function width(character: string): number {
  const code = character.codePointAt(0) ?? 0
  if (code >= 0x1100 && (code <= 0x115f || (code >= 0x2e80 && code <= 0xa4cf) || (code >= 0xac00 && code <= 0xd7a3)))
    return 1
  if ((code >= 0xf900 && code <= 0xfaff) || (code >= 0xfe30 && code <= 0xfe6f) || (code >= 0xff00 && code <= 0xff60))
    return 1
  if (code >= 0x1f000) return 1.2
  if (/[ijl.,:;'|!I()[\]/ t f]/.test(character)) return 0.34
  if (/[mwMW@%]/.test(character)) return 0.92
  if (/[A-Z0-9_#$&+=<>~^×]/.test(character)) return 0.64
  return 0.58
}
