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
    case 'setuid': {
      const file = wishing.world.file(fact.path)
      if (file !== undefined) wishFile(file, wishing)
      return
    }
    default:
      wishing.skip({ what: `${fact.name} ${fact.path}`, why: 'report only', fact: fact.id })
  }
}
