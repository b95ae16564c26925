/** The entries of the journal files beside this one, oldest first: what `make-journals.ts` gave to systemd, and what a reader must find. */
export function* knownEntries(): Iterable<KnownEntry> {
  for (let index = 0; index < entryCount; index++) {
    const program = programs[index % programs.length] ?? 'cron'
    yield {
      realtime: 1_780_000_000_000_000 + index * 1_234_567,
      fields: [
        ['_BOOT_ID', bootId],
        ['_MACHINE_ID', machineId],
        ['_HOSTNAME', 'known'],
        ['_COMM', program],
        ['_UID', program === 'cron' ? '1000' : '0'],
        ['_PID', String(1000 + (index % 400))],
        ['SYSLOG_IDENTIFIER', program],
        ['MESSAGE', messageOf(program, index)],
        ...(index % 50 === 0 ? ([['LONG', `${index} `.repeat(200)]] as const) : []),
        ...(index % 97 === 0
          ? ([
              ['TWICE', 'one'],
              ['TWICE', `two of ${index}`],
            ] as const)
          : []),
        ...(index % 111 === 0 ? ([['LINES', `first\nsecond ${index}\u0001`]] as const) : []),
      ],
    }
  }
}

export interface KnownEntry {
  /** Microseconds since 1970. */
  readonly realtime: number
  readonly fields: readonly (readonly [name: string, value: string])[]
}

export const entryCount = 700
export const machineId = '0123456789abcdef0123456789abcdef'
const bootId = 'fedcba9876543210fedcba9876543210'
const programs = ['cron', 'sshd', 'cron', 'nginx', 'cron', 'cron', 'sshd', 'cron', 'cron', 'cron']

function messageOf(program: string, index: number): string {
  if (program !== 'sshd') return `${program} did something ${index}`
  const address = `203.0.113.${index % 7}`
  return index % 300 === 1
    ? `Accepted publickey for root from ${address} port ${10_000 + index} ssh2: ED25519 SHA256:x`
    : `Failed password for invalid user u${index % 13} from ${address} port ${10_000 + index} ssh2`
}
