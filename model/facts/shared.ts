import { z } from 'zod'

/**
 * How a file stands to the package databases of its host. The host's own checksum lists are writable by root, so `owned`
 * (listed, and the file agrees with the local list) is a hint and exempts from nothing. `verified` needs a digest from a
 * signature-checked repository index or a baseline taken earlier. `unknown`: no database could be read.
 */
export const ownership = z.enum(['verified', 'modified', 'conffile', 'owned', 'unowned', 'unknown'])
export type Ownership = z.infer<typeof ownership>

/** Inode flags that a clean-up has to know of (FS_IOC_GETFLAGS, linux/fs.h). */
export const attributes = z.array(z.enum(['immutable', 'append']))

/** UTC, RFC 3339, seconds or finer. */
export const time = z.string()

/** A text that was not valid UTF-8 is shown with `\xNN`; the exact bytes then travel beside it as base64. */
export const bytes = z.string()
