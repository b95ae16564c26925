import type { Fact, SettingFact } from '../../model/index.ts'
import { displayBytes, type Target } from '../../target/index.ts'
import type { Collector } from '../collector.ts'
import { aboutPlace } from './about-place.ts'
import { readSshdLines, type SshdLine } from './sshd-effective.ts'

// With what holds where no line says otherwise (sshd_config(5), OpenSSH 7.0 and later).
const options: readonly { readonly name: string; readonly aliases: readonly string[]; readonly usual: string }[] = [
  { name: 'PasswordAuthentication', aliases: [], usual: 'yes' },
  { name: 'PermitRootLogin', aliases: [], usual: 'prohibit-password' },
  { name: 'PubkeyAuthentication', aliases: ['dsaauthentication'], usual: 'yes' },
  { name: 'AuthorizedKeysFile', aliases: ['authorizedkeysfile2'], usual: '.ssh/authorized_keys .ssh/authorized_keys2' },
  {
    name: 'KbdInteractiveAuthentication',
    aliases: ['challengeresponseauthentication', 'skeyauthentication'],
    usual: 'yes',
  },
  { name: 'PermitEmptyPasswords', aliases: [], usual: 'no' },
]

/**
 * The options of sshd that decide how one gets in, as `sshd -T` would say them: the first line wins, so that a drop-in
 * beats what an administrator reads in the main file. Match blocks come apart, as `sshd.Match.NAME`.
 */
export const sshdSettings: Collector = {
  name: 'sshd-settings',
  collects: ['setting'],
  os: ['linux'],
  stage: 'first',
  *collect({ target }) {
    const lines = readSshdLines(target)
    if (lines.length === 0 && target.files.lstat('/etc/ssh/sshd_config') === undefined) return
    for (const option of options) yield* inForce(target, lines, option)
  },
}

function* inForce(
  target: Target,
  lines: readonly SshdLine[],
  { name, aliases, usual }: (typeof options)[number],
): Iterable<Fact> {
  const meant = lines.filter(({ keyword }) => keyword === name.toLowerCase() || aliases.includes(keyword))
  const [first, ...losers] = meant.filter(({ match }) => match === undefined)
  if (!first)
    yield {
      kind: 'setting',
      name: `sshd.${name}`,
      value: usual,
      attributes: [],
      detail: 'no line says it: the default',
    }
  else yield fact(target, `sshd.${name}`, first, losing(losers))
  for (const line of meant) {
    if (line.match !== undefined) yield fact(target, `sshd.Match.${name}`, line, `for ${displayBytes(line.match)}`)
  }
}

function fact(target: Target, name: string, line: SshdLine, detail: string | undefined): SettingFact {
  const { modified, attributes } = aboutPlace(target, line.path)
  return {
    kind: 'setting',
    name,
    value: displayBytes(line.value.replace(/^without-password$/i, 'prohibit-password')),
    path: displayBytes(line.path),
    line: line.line,
    text: displayBytes(line.text),
    attributes,
    modified,
    ...(detail === undefined ? {} : { detail }),
  }
}

function losing(losers: readonly SshdLine[]): string | undefined {
  if (losers.length === 0) return undefined
  const named = losers
    .slice(0, 10)
    .map(({ path, line, value }) => `${displayBytes(path)}:${line} (${displayBytes(value)})`)
  return `wins over ${named.join(', ')}`
}
