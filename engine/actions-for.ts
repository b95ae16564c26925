import type { IdentifiedFact, Incident } from '../model/index.ts'
import { imageAdvice } from './image-advice.ts'
import { unlock } from './unlock.ts'
import { wishCommand, wishFile } from './wish-files.ts'
import { freezeAll, nameOfProcess, wishContained } from './wish-processes.ts'
import { blockNamedAddresses, isBlockable } from './wish-addresses.ts'
import { adviseAfterwards } from './wish-advice.ts'
import { wishLine, wishPreload } from './wish-lines.ts'
import { wishAccount } from './wish-accounts.ts'
import { wishSetting, wishSysctl } from './wish-settings.ts'
import type { Wishing } from './wishing.ts'
import { containerIdOf, type World } from './world.ts'
import { wishAutostart } from './wish-autostarts.ts'
import type { Judged } from './judge.ts'
import type { Advice, PlanOptions, Skipped, Wanted, Wishes } from './wanted.ts'

/** What an incident asks for: the kind of each member knows its remedy. */
export function actionsFor(incident: Incident, world: World, judged: readonly Judged[], options: PlanOptions): Wishes {
  const actions: Wanted[] = []
  const skipped: Skipped[] = []
  const advice: Advice[] = []
  const remedies = new Map(
    judged.flatMap(one =>
      one.rule.meaning.remedy === undefined ? [] : [[one.finding.fact.id, one.rule.meaning.remedy] as const],
    ),
  )
  const wishing: Wishing = {
    world,
    incident,
    options,
    ids: new Set(incident.members.map(one => one.id)),
    remedyFor: id => remedies.get(id),
    want: (phase, rank, action, reason, fact) => actions.push({ phase, rank, action, reason, fact }),
    unlock: (path, pathBytes, flags, fact) => unlock(wishing, path, pathBytes, flags, fact),
    skip: one => skipped.push(one),
    advise: one => advice.push(one),
  }
  freezeAll(wishing)
  for (const member of incident.members) if (remedies.get(member.id) !== 'none') wish(member, wishing)
  blockNamedAddresses(wishing)
  adviseAfterwards(wishing)
  return { actions, skipped, advice }
}

function wish(fact: IdentifiedFact, wishing: Wishing): void {
  switch (fact.kind) {
    case 'process':
      wishing.want(
        'preserve',
        1,
        { kind: 'preserve-process', process: nameOfProcess(fact) },
        `killing pid ${fact.pid} would destroy it`,
        fact.id,
      )
      wishing.want(
        'remove',
        2,
        { kind: 'kill-process', process: nameOfProcess(fact) },
        `${fact.path ?? fact.name} belongs to the intrusion`,
        fact.id,
      )
      return wishContained(fact, wishing)
    case 'socket':
      if (isBlockable(fact.address))
        wishing.want(
          'contain',
          1,
          { kind: 'block-address', address: fact.address, seconds: wishing.options.blockSeconds },
          `${fact.name ?? 'a member'} talks to ${fact.address}:${fact.port}`,
          fact.id,
        )
      return
    case 'autostart':
      return wishAutostart(fact, wishing)
    case 'file':
      return wishFile(fact, wishing)
    case 'preload':
      return wishPreload(fact, wishing)
    case 'login-key':
    case 'sudo-rule':
    case 'hosts-entry':
    case 'resolver':
      return wishLine(fact, wishing)
    case 'account':
      return wishAccount(fact, wishing)
    case 'command-integrity':
      return wishCommand(fact, wishing)
    case 'mount':
      // A process below a mount can be neither stopped nor preserved before that is gone.
      wishing.want(
        fact.covers === 'process' ? 'freeze' : 'disarm',
        fact.covers === 'process' ? 0 : 3,
        { kind: 'unmount', path: fact.path, mountId: fact.mountId },
        `the mount over ${fact.path} hides what lies below`,
        fact.id,
      )
      return
    case 'sysctl':
      return wishSysctl(fact, wishing)
    case 'setting':
      return wishSetting(fact, wishing)
    case 'container':
      wishing.want(
        'disarm',
        7,
        {
          kind: 'stop-container',
          id: containerIdOf(fact),
          runtime: fact.runtime,
          name: fact.name,
          path: fact.path,
          restartPolicy: fact.restartPolicy,
        },
        `container ${fact.name} (${fact.image}) belongs to the intrusion`,
        fact.id,
      )
      wishing.advise(imageAdvice(fact, wishing.world))
      return
    case 'bpf-program':
      // It goes with the last process or pin that holds it.
      for (const path of fact.pins)
        wishing.advise({
          text: `The BPF program ${fact.programId} stays loaded as long as ${path} is there: remove that, or restart the host.`,
        })
      wishing.skip({
        what: `BPF program ${fact.programId} ${fact.name}`.trim(),
        why: 'it goes with what holds it: nothing is taken out of a running kernel',
        fact: fact.id,
      })
      return
    case 'kernel-hook':
      wishing.skip({
        what: `${fact.way} hook of ${fact.by}`,
        why: 'a kernel cannot be cleaned from inside; rebuild the host',
        fact: fact.id,
      })
      return
    case 'kernel-module':
      wishing.skip({
        what: `kernel module ${fact.name}`,
        why: 'a kernel cannot be cleaned from inside; rebuild the host',
        fact: fact.id,
      })
      return
    default:
      wishing.skip({ what: fact.kind, why: 'report only', fact: fact.id })
  }
}
