import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StoreError } from '../store-error.ts'
import { type Account, commandAs } from './account.ts'
import type { Binaries } from './binaries.ts'

export interface ClusterSettings {
  /** Memory for pages, as PostgreSQL writes it. */
  readonly sharedBuffers?: string
  /** Only tests turn it off: without it a crash of the machine loses data. */
  readonly fsync?: boolean
  readonly connections?: number
}

/** The places of an embedded PostgreSQL below `<state>/postgres`. */
export interface ClusterPaths {
  readonly folder: string
  readonly data: string
  readonly socket: string
  readonly password: string
  readonly startLog: string
}

export function clusterPaths(postgresFolder: string, major: number): ClusterPaths {
  return {
    folder: postgresFolder,
    data: join(postgresFolder, `data-${major}`),
    socket: join(postgresFolder, 'socket'),
    password: join(postgresFolder, 'password'),
    startLog: join(postgresFolder, 'start.log'),
  }
}

/** 107 bytes is what sun_path holds (unix(7)); PostgreSQL adds its own name to the folder. */
export function checkSocketPath(folder: string): void {
  const path = join(folder, '.s.PGSQL.5432')
  if (Buffer.byteLength(path) <= 107) return
  throw new StoreError(
    `The state folder's path is too long for a socket (${path}). Name a shorter one with --state DIR.`,
  )
}

/** The superuser's and the center's password, made once; the file is the center's, not that of PostgreSQL's account. */
export function clusterPassword(paths: ClusterPaths): string {
  if (existsSync(paths.password)) return readFileSync(paths.password, 'utf8').trim()
  const password = randomBytes(24).toString('base64url')
  const unfinished = `${paths.password}.${process.pid}`
  writeFileSync(unfinished, `${password}\n`, { mode: 0o600, flush: true })
  renameSync(unfinished, paths.password)
  return password
}

/** Makes the data folder when there is none. An initdb that was interrupted leaves `data-N.new`, which is begun anew. */
export function ensureCluster(
  binaries: Binaries,
  account: Account,
  paths: ClusterPaths,
  settings: ClusterSettings,
): void {
  const made = existsSync(join(paths.data, 'PG_VERSION'))
  const older = olderData(paths.folder, binaries.major)
  if (!made && older !== undefined)
    throw new StoreError(
      `The data here is of PostgreSQL ${older}, and this program brings ${binaries.major}. Move it with: davylamp center upgrade`,
    )
  if (!made) initialise(binaries, account, paths, settings.fsync === false ? ['--no-sync'] : [])
  const found = readFileSync(join(paths.data, 'PG_VERSION'), 'utf8').trim()
  if (found !== String(binaries.major))
    throw new StoreError(`${paths.data} is of PostgreSQL ${found}, and this program brings ${binaries.major}.`)
}

/** The newest major version before this one that has data here, when this one has none. */
export function olderData(postgresFolder: string, major: number): number | undefined {
  if (!existsSync(postgresFolder) || existsSync(join(postgresFolder, `data-${major}`, 'PG_VERSION'))) return undefined
  const majors = readdirSync(postgresFolder).map(name => Number(/^data-(\d+)$/.exec(name)?.[1]))
  const older = majors.filter(one => one < major)
  return older.length === 0 ? undefined : Math.max(...older)
}

/** Ours at each start; what people want to change goes into `local.conf` in the data folder, which wins. */
export function writeSettings(account: Account, paths: ClusterPaths, settings: ClusterSettings): void {
  for (const [name, text] of [
    ['postgresql.conf', settingsText(paths, settings)],
    ['pg_hba.conf', 'local all all scram-sha-256\n'],
  ] as const) {
    const file = join(paths.data, name)
    writeFileSync(file, text, { mode: 0o600 })
    give(file, account)
  }
}

function initialise(binaries: Binaries, account: Account, paths: ClusterPaths, more: readonly string[]): void {
  const unfinished = `${paths.data}.new`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { mode: 0o700 })
  give(unfinished, account)
  // The file is read by initdb as its own user, who must not own the one that stays.
  const passwordFile = join(paths.folder, 'password.initdb')
  writeFileSync(passwordFile, `${clusterPassword(paths)}\n`, { mode: 0o600 })
  give(passwordFile, account)
  try {
    runInitdb(binaries, account, unfinished, [`--pwfile=${passwordFile}`, ...more])
  } finally {
    rmSync(passwordFile, { force: true })
  }
  rmSync(paths.data, { recursive: true, force: true })
  renameSync(unfinished, paths.data)
}

function runInitdb(binaries: Binaries, account: Account, data: string, more: readonly string[]): void {
  const [program = '', ...args] = commandAs(account, [
    join(binaries.folder, 'bin', 'initdb'),
    `--pgdata=${data}`,
    '--username=postgres',
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--data-checksums',
    '--no-instructions',
    ...localeOf(binaries.major),
    ...more,
  ])
  const done = spawnSync(program, args, { encoding: 'utf8', cwd: '/', env: serverEnvironment(), timeout: 300_000 })
  if (done.status === 0) return
  const said = `${done.stderr ?? ''}${done.error?.message ?? ''}`.trim().split('\n').slice(-5).join('\n')
  throw new StoreError(`The database could not be made in ${data}:\n${said}`)
}

/** By code points, the same in every version and on every machine, so that no index depends on the C library's. */
function localeOf(major: number): string[] {
  if (major >= 17) return ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  return ['--locale=C.UTF-8']
}

export function serverEnvironment(): Record<string, string> {
  return { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C', LC_ALL: 'C', TZ: 'UTC' }
}

export function give(path: string, account: Account): void {
  if (account.way !== 'self') chownSync(path, account.uid, account.gid)
}

function settingsText(paths: ClusterPaths, settings: ClusterSettings): string {
  const { sharedBuffers = '128MB', fsync = true, connections = 60 } = settings
  return `# Written by Davylamp at each start. Put settings of your own into local.conf beside this file.
listen_addresses = ''
unix_socket_directories = '${paths.socket.replaceAll("'", "''")}'
unix_socket_permissions = 0700
max_connections = ${connections}
password_encryption = scram-sha-256
shared_buffers = ${sharedBuffers}
work_mem = 8MB
maintenance_work_mem = 64MB
effective_cache_size = 512MB
jit = off
fsync = ${fsync ? 'on' : 'off'}
synchronous_commit = ${fsync ? 'on' : 'off'}
full_page_writes = ${fsync ? 'on' : 'off'}
wal_level = minimal
max_wal_senders = 0
wal_compression = on
min_wal_size = 80MB
max_wal_size = 1GB
checkpoint_timeout = 10min
checkpoint_completion_target = 0.9
random_page_cost = 1.1
autovacuum_vacuum_scale_factor = 0.05
autovacuum_analyze_scale_factor = 0.05
max_locks_per_transaction = 512
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
logging_collector = on
log_directory = 'log'
log_filename = 'postgresql-%a.log'
log_truncate_on_rotation = on
log_rotation_age = 1d
log_rotation_size = 0
log_min_messages = warning
log_min_error_statement = panic
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
include_if_exists = 'local.conf'
`
}
