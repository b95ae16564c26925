/** Errors that mean: there is nothing at this path (any more). ESRCH is the process of a /proc file that has ended. */
const missing = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ESRCH', 'EXDEV', 'ENXIO', 'ENODEV'])

const reasons = new Map<string, string>([
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EIO', 'input/output error'],
  ['EMFILE', 'too many files are open'],
  ['ENFILE', 'too many files are open'],
  ['ENOMEM', 'not enough memory'],
  ['ESTALE', 'the network file system lost it'],
  ['ENOTCONN', 'its file system does not answer'],
  ['ETIMEDOUT', 'its file system does not answer'],
  ['ENAMETOOLONG', 'the path is too long'],
  ['EAGAIN', 'reading it would wait'],
  ['EUCLEAN', 'its file system is damaged'],
  ['E117', 'its file system is damaged'],
  ['E107', 'its file system does not answer'],
  ['E116', 'the network file system lost it'],
])

/** The symbolic errno of a failed system call, from node or from us; undefined for any other error. */
export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : undefined
}

export function meansMissing(code: string): boolean {
  return missing.has(code)
}

/** Why, in plain words. */
export function reasonOf(code: string): string {
  return reasons.get(code) ?? `the system said ${code}`
}
