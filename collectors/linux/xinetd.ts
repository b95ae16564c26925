import type { Fact } from '../../model/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { autostartFact } from './autostart-fact.ts'
import { distinct, glob } from './directory.ts'
import { linesOf, readLines } from './host-lines.ts'

/** Programs started by a connection: services of xinetd.conf(5) and lines of inetd.conf(5). */
export const xinetd: Collector = {
  name: 'xinetd',
  collects: ['autostart'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    const { target } = survey
    for (const path of distinct(target, ['/etc/xinetd.conf', ...glob(target, '/etc/xinetd.d/*')])) {
      for (const service of parseXinetd(target.files.text(path, 1 << 20) ?? ''))
        yield serviceFact(survey, path, service)
    }
    for (const path of distinct(target, ['/etc/inetd.conf', ...glob(target, '/etc/inetd.d/*')]))
      yield* inetdFacts(survey, path)
  },
}

interface XinetdService {
  readonly name: string
  readonly line: number
  readonly text: string
  readonly attributes: ReadonlyMap<string, string>
}

/** The `service` blocks that name a server. */
export function parseXinetd(text: string): XinetdService[] {
  const services: XinetdService[] = []
  let open: { name: string; line: number; text: string; attributes: Map<string, string> } | undefined
  for (const { line, text: exact, joined } of linesOf(text)) {
    const [, name] = /^\s*service\s+(\S{1,200})/.exec(joined) ?? []
    if (name !== undefined) open = { name, line, text: exact, attributes: new Map() }
    else if (/^\s*}/.test(joined)) {
      if (open?.attributes.has('server')) services.push(open)
      open = undefined
    } else if (open) {
      const [, key, value] = /^\s*(\w{1,64})\s*[+-]?=\s*(.*?)\s*$/.exec(joined.slice(0, 4_096)) ?? []
      if (key !== undefined && value !== undefined) open.attributes.set(key, value)
      if (key === 'server') open = { ...open, line, text: exact }
    }
  }
  return services
}

function serviceFact(survey: Survey, path: string, { name, line, text, attributes }: XinetdService): Fact {
  const server = attributes.get('server') ?? ''
  // server_args begins with argv[0] only where NAMEINARGS is set, and is joined after the program elsewhere.
  const command = [server, attributes.get('server_args') ?? ''].join(' ').trim()
  const settings = [...attributes]
    .filter(([key]) => ['port', 'bind', 'disable', 'protocol'].includes(key))
    .map(([key, value]) => `${key}=${value}`)
  const enabled = attributes.get('disable') !== 'yes'
  return autostartFact(survey, {
    mechanism: 'xinetd',
    path,
    line,
    text,
    name,
    command,
    user: attributes.get('user'),
    enabled,
    settings,
    schedule: 'connection',
  })
}

function* inetdFacts(survey: Survey, path: string): Generator<Fact> {
  for (const { line, text, joined } of readLines(survey.target, path)) {
    if (/^\s*#/.test(joined)) continue
    const [name, , protocol, , user, server, ...args] = joined.trim().split(/\s+/)
    if (server === undefined || server === 'internal') continue
    const command = [server, ...args.slice(1)].join(' ')
    yield autostartFact(survey, {
      mechanism: 'xinetd',
      path,
      line,
      text,
      name,
      command,
      user: user?.split(/[.:]/)[0],
      settings: [`protocol=${protocol ?? ''}`],
      schedule: 'connection',
    })
  }
}
