/** As in the center, which has the last word (center/people/password-policy.ts). */
const leastLength = 12
const mostLength = 1_024

export type PasswordFault = 'short' | 'long' | 'repeats' | 'row' | 'name'

/** What is seen at once to be wrong with a new password; empty: the center may still know it as one of the first that attackers try. */
export function passwordFaults(password: string, name: string): PasswordFault[] {
  const characters = [...password.normalize('NFC')]
  const faults: PasswordFault[] = []
  if (characters.length < leastLength) faults.push('short')
  if (characters.length > mostLength) faults.push('long')
  if (new Set(characters).size < 5) faults.push('repeats')
  if (isRow(characters)) faults.push('row')
  if (isLittleMoreThan(name, password)) faults.push('name')
  return faults
}

function isRow(characters: readonly string[]): boolean {
  const codes = characters.map(character => character.codePointAt(0) ?? 0)
  const steps = codes.slice(1).filter((code, index) => Math.abs(code - (codes[index] ?? 0)) === 1)
  return characters.length > 1 && steps.length >= codes.length - 3
}

function isLittleMoreThan(name: string, password: string): boolean {
  const word = letters(name)
  const typed = letters(password)
  return word.length >= 3 && typed.includes(word) && typed.replaceAll(word, '').length < 6
}

function letters(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}]/gu, '')
}
