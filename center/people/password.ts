import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { WorkQueue } from './work-queue.ts'

interface Parameters {
  /** KiB. */
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
}

/** OWASP Password Storage Cheat Sheet, 2025: argon2id with 19 MiB, two passes, one lane. */
const today: Parameters = { memory: 19_456, passes: 2, parallelism: 1 }

/** Each takes 19 MiB and a thread of the pool: a flood of sign-ins must not take all memory. */
const queue = new WorkQueue(2, 32)

/** A PHC string: `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await derive(password, salt, 32, today)
  return `$argon2id$v=19$m=${today.memory},t=${today.passes},p=${today.parallelism}$${unpadded(salt)}$${unpadded(hash)}`
}

/** `outdated`: right, but to be hashed anew with the parameters of today. Without a stored hash the same work is done for nothing. */
export async function checkPassword(
  password: string,
  stored: string | null | undefined,
): Promise<'right' | 'outdated' | 'wrong'> {
  const parsed = stored ? parsePhc(stored) : undefined
  if (!parsed) {
    await derive(password, Buffer.alloc(16), 32, today)
    return 'wrong'
  }
  const hash = await derive(password, parsed.salt, parsed.hash.length, parsed)
  if (!timingSafeEqual(hash, parsed.hash)) return 'wrong'
  const current = parsed.memory === today.memory && parsed.passes === today.passes && parsed.hash.length === 32
  return current && parsed.parallelism === today.parallelism ? 'right' : 'outdated'
}

const phc = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{22,86})$/

/** `undefined`: no argon2id in PHC form, or parameters that would stall the center. */
export function parsePhc(text: string): (Parameters & { salt: Buffer; hash: Buffer }) | undefined {
  const [, memory, passes, parallelism, salt = '', hash = ''] = phc.exec(text) ?? []
  const parsed = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) }
  if (!(parsed.passes >= 1 && parsed.passes <= 16 && parsed.parallelism >= 1 && parsed.parallelism <= 16))
    return undefined
  if (parsed.memory < 8 * parsed.parallelism || parsed.memory > 1_048_576) return undefined
  return { ...parsed, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
}

function derive(password: string, salt: Buffer, tagLength: number, { memory, passes, parallelism }: Parameters) {
  // The same password typed on another keyboard may come in another form of Unicode (RFC 8265 wants NFC).
  const message = Buffer.from(password.normalize('NFC'), 'utf8')
  return queue.run(
    () =>
      new Promise<Buffer>((resolve, reject) => {
        argon2('argon2id', { message, nonce: salt, parallelism, tagLength, memory, passes }, (error, key) =>
          error ? reject(error) : resolve(key),
        )
      }),
  )
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
