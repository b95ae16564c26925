const plain: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EIO: 'input/output error',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  ENOMEM: 'not enough memory',
  ESTALE: 'the network file system lost it',
  ENOTCONN: 'its file system does not answer',
  ETIMEDOUT: 'its file system does not answer',
  ENAMETOOLONG: 'the path is too long',
  EAGAIN: 'reading it would wait',
  ETXTBSY: 'it is being written',
}

/** There is nothing at this path any more, or it became something that is not read: no gap. */
const gone = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ESRCH', 'EXDEV', 'ENXIO', 'ENODEV', 'EISDIR'])

/** Why something could not be read, in plain words; undefined where it is merely gone. Throws what is no error of the system. */
export function errorWord(error: unknown): string | undefined {
  const code = error instanceof Error ? Reflect.get(error, 'code') : undefined
  if (typeof code !== 'string' || !/^E[A-Z0-9]+$/.test(code) || code.startsWith('ERR_')) throw error
  return gone.has(code) ? undefined : (plain[code] ?? `the system said ${code}`)
}
