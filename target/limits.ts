/** What `FileTree` promises where a caller names no limit. */
export const defaultNames = 100_000
export const defaultReadBytes = 4 * 1024 * 1024
export const defaultDigestBytes = 1024 * 1024 * 1024

/** Why a result is not whole, as gaps say it. */
export const moreNames = (limit: number) => `more than ${limit} names`
export const moreBytes = (limit: number) => `longer than ${limit} bytes, the rest was not read`
export const tooLongForDigest = (limit: number) => `longer than ${limit} bytes, not hashed`
