import type { SettingFact } from '../../model/index.ts'
import { displayBytes, type Target } from '../../target/index.ts'
import { factTime } from './fact-time.ts'

const path = '/etc/shells'
const mostLines = 200

/**
 * Entries of shells(5) behind whose name a blank stands, where a program of just that name is there: pam_shells and chsh let it
 * through, and nobody sees the blank.
 */
export function* deceivingShells(target: Target): Generator<SettingFact> {
  const lines = (target.files.text(path, 1 << 16) ?? '').split('\n', mostLines)
  for (const [at, text] of lines.entries()) {
    const shell = text.replace(/\r$/, '')
    if (!/^\/.*[ \t]$/.test(shell) || target.files.stat(shell)?.type !== 'file') continue
    yield {
      kind: 'setting',
      name: 'login-shell',
      value: displayBytes(shell),
      path,
      line: at + 1,
      text: displayBytes(text),
      attributes: target.files.attributes(path),
      modified: factTime(target.files.lstat(path)?.modifiedMs ?? 0),
    }
  }
}
