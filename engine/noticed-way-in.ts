import type { EntryPoint, Noticed, NoticedPart } from '../model/index.ts'
import { databases, webServers } from './services.ts'
import type { Known, World } from './world.ts'

type Above = Noticed['chain'][number]

/**
 * The door that the chain of a start leads to: below a web server, a database or ssh. A service that still runs and was seen by this scan is
 * likely; what only the chain names is as good as what was noticed.
 */
export function waysNoticed(world: World, noticed: readonly NoticedPart[]): EntryPoint[] {
  return noticed.flatMap(one => {
    if (one.subject.kind === 'login') return []
    for (const above of one.chain) {
      const way = wayThrough(above, world)
      if (way !== undefined) return [way]
    }
    return []
  })
}

function wayThrough(above: Above, world: World): EntryPoint | undefined {
  const name = baseName(above.path) ?? above.name
  const door = doors.find(one => name !== undefined && one.programs.test(name))
  if (door === undefined || name === undefined) return undefined
  const running = stillRunning(above, world)
  const fact = running === undefined ? {} : { fact: running }
  return {
    what: door.what,
    because: `what was noticed as it started came from ${name} (pid ${above.pid}${running?.user === undefined ? '' : `, user ${running.user}`})`,
    confidence: door.what === 'ssh-session' ? 'low' : running === undefined ? 'medium' : 'high',
    advice: door.advice,
    ...fact,
  }
}

const doors: readonly { readonly what: string; readonly programs: RegExp; readonly advice: string }[] = [
  {
    what: 'web-application',
    programs: webServers,
    advice: 'Update the application that the web server runs, and look for web shells in its directories.',
  },
  {
    what: 'database',
    programs: databases,
    advice:
      'Let only known addresses reach the database, give it a password, and look for functions, modules and jobs in it that run programs.',
  },
  {
    what: 'ssh-session',
    programs: /^sshd(-session)?$|^dropbear$/,
    advice: 'Find out who was logged in by ssh at that time and from where; change that password or remove that key.',
  },
]

function stillRunning({ pid, startTime }: Above, world: World): Known<'process'> | undefined {
  const found = world.process(pid)
  return found !== undefined && found.startTime === startTime ? found : undefined
}

function baseName(path: string | undefined): string | undefined {
  return path?.slice(path.lastIndexOf('/') + 1)
}
