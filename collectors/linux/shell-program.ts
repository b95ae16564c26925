import type { Target } from '../../target/index.ts'
import { hashOf } from './file-digest.ts'

const shells = ['bash', 'dash', 'sh', 'ash', 'zsh', 'ksh', 'ksh93', 'mksh', 'tcsh', 'fish', 'busybox']
const places = ['/bin', '/usr/bin', '/usr/local/bin']
const mostBytes = 8 << 20
/** Names that a shell cannot do without (POSIX.1-2017, sections 2.5.3 and 2.14), each between NUL bytes in a program. */
const ownWords = ['PS1', 'PS2', 'PS4', 'IFS', 'OPTIND', 'unalias', 'ulimit', 'umask', 'getopts', 'MAILPATH']
const enoughWords = 6
const smallProgram = 1 << 20

/**
 * Which shell a program is, whatever it is called: the same content as a shell of this host, the words that every shell
 * holds, or a small program that takes root's rights and starts one. Undefined for anything else.
 */
export function shellIn(target: Target, path: string, size: number): string | undefined {
  if (size === 0 || size > mostBytes) return undefined
  const bytes = target.files.slice(path, 0, size)
  if (bytes?.subarray(0, 4).toString('latin1') !== '\x7fELF') return undefined
  const digest = hashOf(target, path, 'sha256')
  for (const shell of shells.flatMap(name => places.map(place => `${place}/${name}`))) {
    const stat = shell === path ? undefined : target.files.stat(shell)
    if (stat?.type === 'file' && stat.size === size && hashOf(target, shell, 'sha256') === digest) return shell
  }
  if (ownWords.filter(word => bytes.includes(`\0${word}\0`)).length >= enoughWords) return 'a shell by its words'
  const takesRights = /\0set(?:res|re)?uid\0/.test(bytes.toString('latin1'))
  const starts = ['/bin/sh\0', '/bin/bash\0', '/bin/dash\0'].some(word => bytes.includes(`\0${word}`))
  return size <= smallProgram && takesRights && starts ? 'a program that starts a shell' : undefined
}
