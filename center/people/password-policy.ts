import { badRequest } from '../problem-error.ts'

export const leastLength = 12
const mostLength = 1_024

/** What people take when they must have twelve characters; compared without case, look-alike digits and what is hung on at the ends. */
const common = new Set(
  `password passwort passw0rd mypassword yourpassword passwordpassword password123 changeme changemenow changeit letmein letmeinnow letmeinplease
  welcome welcometo welcomeback administrator administrador adminadmin adminadminadmin rootroot rootrootroot rootpassword adminpassword
  testtest testtesttest testpassword defaultpassword default secretsecret secretpassword supersecret topsecret
  qwerty qwertyuiop qwertyqwerty qwertyuiopasdf qwertyuiopasdfghjkl asdfghjkl asdfasdfasdf zxcvbnm zxcvbnmasdf azerty azertyuiop
  iloveyou iloveyouforever iloveyousomuch princess princessprincess sunshine sunshinesunshine monkeymonkey dragondragon footballfootball
  baseballbaseball superman supermansuperman batmanbatman starwarsstarwars trustno trustnoone whatever whateverwhatever
  correcthorsebatterystaple davylamp davylampdavylamp davylampadmin cryptominer serverserver serverpassword company companypassword
  computer computercomputer internet internetinternet masterpassword mastermaster shadowshadow michaelmichael jordanjordan
  abcdefghijkl abcdefghijklm abcdefghijklmnop abcabcabcabc aaaaaaaaaaaa abcd abcdabcdabcd woaini woainiwoaini
  rahasia rahasiarahasia sayangsayang sayangku bismillah bismillahirrahmanirrahim indonesiaindonesia
  winter spring summer autumn january february monday sommer herbst`
    .split(/\s+/)
    .map(plain),
)

/** Throws with what to do when the password is too easy to guess. Nothing is asked about digits or signs: length is what helps. */
export function requireGoodPassword(password: string, about: { readonly name: string; readonly email?: string }): void {
  const why = weakness(password, about)
  if (why) throw badRequest('This password will not do', why)
}

/** `undefined`: good enough. */
export function weakness(
  password: string,
  about: { readonly name: string; readonly email?: string },
): string | undefined {
  const characters = [...password.normalize('NFC')]
  if (characters.length < leastLength)
    return `It has ${characters.length} characters. Take ${leastLength} or more; a sentence of four unrelated words is good.`
  if (characters.length > mostLength) return `It is longer than ${mostLength} characters.`
  if (new Set(characters).size < 5) return 'It repeats the same few characters.'
  if (isRun(characters)) return 'It is a row of neighbouring characters.'
  if (common.has(plain(password)) || common.has(letters(password))) return 'It is one of the first that attackers try.'
  for (const own of [about.name, about.email?.split('@')[0] ?? '']) {
    const word = letters(own)
    if (word.length >= 3 && letters(password).replaceAll(word, '').length < 6 && letters(password).includes(word))
      return 'It is little more than the name of the account.'
  }
  return undefined
}

/** `123456789012`, `abcdefghijkl`, also backwards. */
function isRun(characters: readonly string[]): boolean {
  const codes = characters.map(character => character.codePointAt(0) ?? 0)
  const steps = codes.slice(1).filter((code, index) => Math.abs(code - (codes[index] ?? 0)) === 1)
  return steps.length >= codes.length - 3
}

function letters(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}]/gu, '')
}

function plain(text: string): string {
  const swapped = text
    .toLowerCase()
    .replace(/[^\p{L}]+$/u, '')
    .replace(/[01345@$]/g, sign => ({ 0: 'o', 1: 'l', 3: 'e', 4: 'a', 5: 's', '@': 'a', $: 's' })[sign] ?? sign)
  return letters(swapped)
}
