import type { EntryPoint, IdentifiedFact, Incident, NoticedPart } from '../model/index.ts'
import { shortHash } from './identity.ts'
import type { Judged } from './judge.ts'
import { waysNoticed } from './noticed-way-in.ts'
import { databaseUsers, webServers, webUsers } from './services.ts'
import { timeOf } from './since.ts'
import type { Known, World } from './world.ts'

/** How the intruder probably got in, most probable first; `unknown` where nothing tells. */
export function entryPointsOf(
  world: World,
  members: readonly IdentifiedFact[],
  judged: readonly Judged[],
  noticed: readonly NoticedPart[] = [],
): EntryPoint[] {
  const ways = [
    ...fromExposures(judged),
    ...fromWebShell(members, judged),
    ...fromWebServer(world, members),
    ...waysNoticed(world, noticed),
    ...fromPasswordLogin(world, members),
    ...fromServiceAccount(members),
  ]
  const unique = [...new Map(ways.map(one => [`${one.what} ${one.fact?.id ?? one.because}`, one])).values()]
  if (unique.length > 0) return unique.sort((a, b) => rank(a) - rank(b) || (a.what < b.what ? -1 : 1))
  return [
    {
      what: 'unknown',
      because: 'no exposed service, password login or web-server parent was found',
      confidence: 'low',
      advice:
        'Look at application logs from the time of the first trace; until the way in is closed the miner may return.',
    },
  ]
}

/** Open doors on a host without a confirmed intrusion: an incident of their own, with nothing to remove. */
export function exposures(world: World, judged: readonly Judged[], confirmed: boolean): Incident[] {
  if (confirmed) return []
  return judged
    .filter(one => one.rule.meaning.exposure !== undefined && one.finding.allowed === undefined)
    .map(({ finding, rule }) => ({
      id: shortHash(['exposure', finding.id]),
      verdict: 'exposure' as const,
      title: rule.title,
      summary: [finding.because],
      families: [],
      attribution: [],
      level: finding.level,
      findings: [finding.id],
      members: [],
      context: [finding.fact],
      edges: [],
      entryPoints: fromExposures([{ finding, rule }]),
      attack: finding.attack,
      mergedFrom: [],
      rebuildAdvised: [],
    }))
    .filter(one => world.get(one.context[0]?.id ?? '') !== undefined)
}

function fromExposures(judged: readonly Judged[]): EntryPoint[] {
  return judged
    .filter(one => one.rule.meaning.exposure !== undefined && one.finding.allowed === undefined)
    .map(({ finding, rule }) => ({
      what: rule.meaning.exposure ?? 'unknown',
      because: finding.because,
      confidence: 'high' as const,
      advice: exposureAdvice.get(rule.meaning.exposure ?? '') ?? 'Close it, or let only known addresses reach it.',
      fact: finding.fact,
    }))
}

const exposureAdvice = new Map([
  [
    'exposed-redis',
    'Bind Redis to 127.0.0.1, set requirepass and protected-mode yes, and delete keys that hold cron lines.',
  ],
  ['exposed-docker', 'Take the tcp:// address out of daemon.json, or demand client certificates (--tlsverify).'],
  ['exposed-kubelet', 'Set authentication.anonymous.enabled to false in the kubelet configuration.'],
  ['web-application', 'Update the application that the web server runs, and look for web shells in its directories.'],
  [
    'web-shell',
    'Find the hole through which it was uploaded: update the application and its plug-ins, run nothing in folders of uploads, read the access log for the first request to it, and change the passwords that the application knows.',
  ],
  ['empty-password', 'Lock the account or give it a password.'],
])

function fromWebServer(world: World, members: readonly IdentifiedFact[]): EntryPoint[] {
  const found: EntryPoint[] = []
  for (const member of members) {
    if (member.kind !== 'process' || member.parentPid === undefined) continue
    const parent = world.process(member.parentPid)
    if (parent === undefined || members.some(one => one.id === parent.id) || !webServers.test(parent.name)) continue
    found.push({
      what: 'web-application',
      because: `pid ${member.pid} was started by ${parent.name} (pid ${parent.pid}, user ${parent.user ?? 'unknown'})`,
      confidence: 'high',
      advice: exposureAdvice.get('web-application') ?? '',
      fact: parent,
    })
  }
  return found
}

/** Pages that run what a visitor sends. One that is older than all else, within the minutes that one copy takes, is how the rest came. */
function fromWebShell(members: readonly IdentifiedFact[], judged: readonly Judged[]): EntryPoint[] {
  const isShell = (fact: IdentifiedFact) =>
    judged.some(
      ({ finding }) => finding.fact.id === fact.id && finding.class === 'access' && finding.attack.includes(webShell),
    )
  const shells = members.filter(fact => fact.kind === 'file' && isShell(fact))
  const others = members.filter(fact => !shells.includes(fact))
  const times = (facts: readonly IdentifiedFact[]) => facts.map(timeOf).filter(one => one !== undefined)
  const first = Math.min(...times(others))
  return shells
    .toSorted((a, b) => (timeOf(a) ?? 0) - (timeOf(b) ?? 0))
    .slice(0, mostShells)
    .map(fact => {
      const at = timeOf(fact)
      const before = at !== undefined && Number.isFinite(first) && at <= first + sameCopy
      const path = 'path' in fact ? fact.path : ''
      return {
        what: 'web-shell',
        because: `${path} runs what a visitor sends${at === undefined ? '' : `, since ${new Date(at).toISOString()}`}${others.length === 0 ? '' : before ? ', before the other traces' : ', later than other traces'}`,
        confidence: before ? 'high' : 'medium',
        advice: exposureAdvice.get('web-shell') ?? '',
        fact,
      }
    })
}

const webShell = 'T1505.003'
const mostShells = 5
const sameCopy = 60_000

function fromServiceAccount(members: readonly IdentifiedFact[]): EntryPoint[] {
  const users = new Set(members.flatMap(one => ('user' in one && one.user !== undefined ? [one.user] : [])))
  return [...users].sort().flatMap(user => {
    if (!webUsers.test(user) && !databaseUsers.test(user)) return []
    return {
      what: databaseUsers.test(user) ? 'database' : 'web-application',
      because: `parts of it run or lie under the service account ${user}`,
      confidence: 'medium' as const,
      advice: `Find out what serves requests as ${user}, update it, and let only known addresses reach it.`,
    }
  })
}

/** Within two days before the first trace a login is of interest. */
const before = 2 * 24 * 60 * 60 * 1000

function fromPasswordLogin(world: World, members: readonly IdentifiedFact[]): EntryPoint[] {
  const setting = (name: string) => world.all('setting').find(one => one.name === `sshd.${name}`)
  const password = setting('PasswordAuthentication')
  const open =
    password === undefined
      ? world.all('setting').some(one => one.name.startsWith('sshd.'))
      : password.value.toLowerCase() !== 'no'
  const bursts = world.all('log-entry').filter(one => one.event === 'failed-login-burst')
  const first = Math.min(...members.map(timeOf).filter((one): one is number => one !== undefined))
  const logins = world
    .all('log-entry')
    .filter(one => one.event === 'login' && /password/i.test(one.text) && isBefore(one, first))
    .filter(one => bursts.some(burst => burst.address === one.address) || bursts.length === 0)
  const guessed = logins.find(one => bursts.some(burst => burst.address === one.address))
  const found: EntryPoint[] = []
  if (guessed !== undefined)
    found.push({
      what: 'ssh-password',
      because: `${guessed.address} logged in as ${guessed.user} with a password after a burst of failed attempts`,
      confidence: 'high',
      advice: `Set a new password for ${guessed.user}, set PasswordAuthentication no, and look at what else that address did.`,
      fact: guessed,
    })
  else if (open && bursts.length > 0)
    found.push({
      what: 'failed-logins',
      because: `${bursts.reduce((sum, one) => sum + one.count, 0)} failed ssh logins while sshd accepts passwords`,
      confidence: 'medium',
      advice: 'Set PasswordAuthentication no (first value wins: look at sshd_config.d too) and give strong passwords.',
      ...factOf(bursts[0]),
    })
  const touchesAccess = members.some(one => one.kind === 'login-key' || one.kind === 'account')
  if (found.length === 0 && touchesAccess && password !== undefined && open)
    found.push({
      what: 'ssh-password',
      because: `sshd accepts passwords (${password.path ?? 'default'}${password.line === undefined ? '' : `:${password.line}`}: ${password.text ?? password.value})`,
      confidence: 'low',
      advice: 'Set PasswordAuthentication no where the first value stands, and give strong passwords.',
      fact: password,
    })
  return found
}

function isBefore(login: Known<'log-entry'>, first: number): boolean {
  const at = Date.parse(login.at)
  return (
    !Number.isFinite(first) ||
    (at <= first && first - at <= before) ||
    Date.parse(login.until ?? login.at) >= first - before
  )
}

function factOf(fact: IdentifiedFact | undefined): { fact?: IdentifiedFact } {
  return fact === undefined ? {} : { fact }
}

const confidences = ['high', 'medium', 'low']

function rank(one: EntryPoint): number {
  return confidences.indexOf(one.confidence)
}
