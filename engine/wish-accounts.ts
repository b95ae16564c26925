import { flagsAt } from './unlock.ts'
import type { Wishing } from './wishing.ts'
import type { Known } from './world.ts'

/** An account that the intruder made is removed, one that he opened is closed again. */
export function wishAccount(fact: Known<'account'>, wishing: Wishing): void {
  for (const path of ['/etc/passwd', '/etc/shadow', '/etc/group', '/etc/gshadow']) {
    const flags = flagsAt(path, wishing.world)
    wishing.unlock(
      path,
      undefined,
      path === '/etc/passwd' ? [...new Set([...flags, ...fact.attributes])] : flags,
      fact.id,
    )
  }
  if (wishing.remedyFor(fact.id) === 'remove-account')
    wishing.want(
      'disarm',
      6,
      { kind: 'remove-account', name: fact.name, uid: fact.uid, line: fact.line, text: fact.text },
      `the account ${fact.name} was left as a way back in`,
      fact.id,
    )
  else close(fact, wishing)
}

function close(fact: Known<'account'>, wishing: Wishing): void {
  const { name, uid, path, line, text } = fact
  const replacement = withoutBlanks(fact)
  if (replacement === undefined)
    wishing.want(
      'disarm',
      6,
      { kind: 'lock-account', name, uid },
      `the account ${name} should not be able to log in`,
      fact.id,
    )
  else
    wishing.want(
      'disarm',
      6,
      { kind: 'replace-line', path, line, text, replacement },
      `the shell of ${name} is another program than it seems: a blank stands behind its name`,
      fact.id,
    )
}

/** The line as it was before a blank made another program of a shell that lets nobody in. */
function withoutBlanks({ oddities, shell, text }: Known<'account'>): string | undefined {
  const lets = !/^\/(usr\/)?s?bin\/(nologin|false)\s+$/.test(shell)
  if (lets || !oddities.includes('trailing-space') || text.includes('\\')) return undefined
  return text.trimEnd()
}
