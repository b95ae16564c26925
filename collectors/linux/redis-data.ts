import type { SettingFact } from '../../model/index.ts'
import { decodeBytes, displayBytes } from '../../target/index.ts'
import type { Survey } from '../collector.ts'
import { aboutFile } from './autostart-fact.ts'
import { distinct, glob } from './directory.ts'
import { aofStrings, rdbStrings } from './rdb-strings.ts'

const headBytes = 8 * 1024 * 1024
const mostKeys = 40

/** Where distributions and panels keep the data, besides what the configuration says. */
const usualPlaces = [
  '/var/lib/redis/*.rdb',
  '/var/lib/redis/*.aof',
  '/var/lib/redis/appendonlydir/*.aof',
  '/var/lib/valkey/*.rdb',
  '/www/server/redis/*.rdb',
]

/**
 * Strings in the data of a Redis server that are lines of a crontab or of authorized_keys, with the line feeds around them that
 * make them so once the data is written over such a file. Redis writes them again whenever it saves, so clearing the file is
 * not enough; which keys they are is all that is told, for nothing of a database is ever changed here.
 */
export function* plantedKeys(survey: Survey, configured: readonly string[]): Generator<SettingFact> {
  const paths = [...configured, ...usualPlaces.flatMap(pattern => glob(survey.target, pattern))]
  for (const path of distinct(survey.target, paths)) {
    if (survey.target.files.stat(path)?.type !== 'file') continue
    const bytes = survey.target.files.slice(path, 0, headBytes)
    if (bytes === undefined) continue
    const strings = bytes.toString('latin1', 0, 5) === 'REDIS' ? rdbStrings(bytes) : aofStrings(bytes)
    const planted = strings.filter(one => isPlanted(one.value))
    if (planted.length === 0) continue
    const { attributes, modified } = aboutFile(survey, path)
    const keys = [...new Set(planted.map(one => displayBytes(decodeBytes(Buffer.from(one.key, 'latin1')))))].slice(
      0,
      mostKeys,
    )
    yield {
      kind: 'setting',
      name: 'redis.planted-keys',
      value: keys.join(' '),
      path: displayBytes(path),
      attributes,
      ...(modified === undefined ? {} : { modified }),
      detail: displayBytes(decodeBytes(Buffer.from(planted[0]?.value.trim() ?? '', 'latin1'))).slice(0, 300),
    }
  }
}

const schedule = /\n[ \t]*(?:(?:[*\d][\d*/,-]{0,40}[ \t]+){5}|@(?:reboot|hourly|daily)[ \t]+)\S/
const fetching = /https?:\/\/|\/dev\/tcp\/|\b(?:curl|wget|cd1|wd1)\b/
const loginKey = /\n[ \t]*(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\S{1,40}) AAAA/

/** An application keeps schedules and keys too, but has no need to put them on lines of their own. */
export function isPlanted(value: string): boolean {
  return loginKey.test(value) || (schedule.test(value) && fetching.test(value))
}

/** True for a directory in which cron or sshd would take a dump for theirs. */
export function isTrap(directory: string): boolean {
  return /^\/(?:var\/spool\/cron|etc\/cron)|\/\.ssh\/?$/.test(directory)
}
