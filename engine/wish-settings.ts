import { wishFile } from './wish-files.ts'
import type { Wishing } from './wishing.ts'
import type { Known } from './world.ts'

const defaults = new Map([
  ['vm.nr_hugepages', '0'],
  ['kernel.nmi_watchdog', '1'],
])

/** A kernel setting: its line goes, the value in force goes back to the default. */
export function wishSysctl(fact: Known<'sysctl'>, wishing: Wishing): void {
  if (fact.live) {
    const value = defaults.get(fact.name)
    if (value !== undefined)
      wishing.want(
        'repair',
        3,
        { kind: 'set-sysctl', name: fact.name, value, expected: fact.value },
        `${fact.name} was set for the miner`,
        fact.id,
      )
    return
  }
  if (fact.line === undefined || fact.text === undefined) return
  wishing.unlock(fact.path, undefined, fact.attributes, fact.id)
  wishing.want(
    'repair',
    3,
    { kind: 'remove-line', path: fact.path, line: fact.line, text: fact.text },
    `${fact.name} was set for the miner`,
    fact.id,
  )
}

/** A protection that was switched off is switched on again where that is safe. */
export function wishSetting(fact: Known<'setting'>, wishing: Wishing): void {
  if (fact.path === undefined) return
  switch (fact.name) {
    case 'immutable':
      wishing.unlock(fact.path, undefined, fact.attributes, fact.id)
      return
    case 'selinux':
      if (fact.line === undefined || fact.text === undefined) return
      wishing.want(
        'repair',
        4,
        { kind: 'replace-line', path: fact.path, line: fact.line, text: fact.text, replacement: 'SELINUX=permissive' },
        'SELinux was switched off',
        fact.id,
      )
      wishing.advise({ text: 'Set SELINUX=enforcing after the next boot has relabelled the files.' })
      return
    case 'log-file':
    case 'history': {
      wishing.unlock(fact.path, undefined, fact.attributes, fact.id)
      if (fact.value.startsWith('/dev/null'))
        wishing.want(
          'repair',
          4,
          { kind: 'quarantine-file', path: fact.path, linkTarget: '/dev/null' },
          'what is written there is thrown away',
          fact.id,
        )
      return
    }
    case 'setuid':
    case 'setuid-shell': {
      const file = wishing.world.file(fact.path)
      if (file !== undefined) wishFile(file, wishing)
      return
    }
    case 'login-shell':
      if (fact.line === undefined || fact.text === undefined) return
      wishing.unlock(fact.path, undefined, fact.attributes, fact.id)
      wishing.want(
        'disarm',
        6,
        { kind: 'remove-line', path: fact.path, line: fact.line, text: fact.text },
        'a blank stands behind the name of this shell',
        fact.id,
      )
      return
    case 'redis.planted-keys':
    case 'redis.dump-place':
      return adviseOnRedis(fact, fact.path, wishing)
    case 'agent-removed':
      wishing.skip({ what: fact.path, why: `the agent ${fact.value} was removed here`, fact: fact.id })
      wishing.advise({
        text: `Install the security agent ${fact.value} again (${fact.path}: ${fact.detail ?? 'it is gone'}).`,
      })
      return
    default:
      wishing.skip({ what: `${fact.name} ${fact.path}`, why: 'report only', fact: fact.id })
  }
}

/** Nothing of a database is changed: what Redis holds in memory it would write again. */
function adviseOnRedis(fact: Known<'setting'>, path: string, wishing: Wishing): void {
  if (fact.name === 'redis.dump-place') {
    wishing.skip({
      what: path,
      why: `Redis writes its data to ${fact.value}, where it is taken for jobs or keys`,
      fact: fact.id,
    })
    wishing.advise({
      text: `Have Redis keep its data where it belongs again, and write that into ${path}.`,
      command:
        'redis-cli CONFIG SET dir /var/lib/redis && redis-cli CONFIG SET dbfilename dump.rdb && redis-cli CONFIG REWRITE',
    })
    return
  }
  const keys = fact.value.split(' ')
  wishing.skip({ what: path, why: `Redis holds lines of crontabs or keys in it: ${fact.value}`, fact: fact.id })
  wishing.advise({
    text: `Delete the keys ${keys.join(', ')} from Redis (${path}): it would write them as jobs or keys again. Then give it a password and bind it to 127.0.0.1.`,
    // A name that a shell would take for more than a name is left to the person.
    ...(keys.every(key => /^[\w:.-]{1,100}$/.test(key))
      ? { command: `redis-cli DEL ${keys.join(' ')} && redis-cli SAVE` }
      : {}),
  })
}
