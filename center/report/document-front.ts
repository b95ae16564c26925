import type { IdentifiedFact, ResponseKind } from '../../model/index.ts'
import { type Block, code, type Line, lineOf, plain, quiet, type Section, strong } from './blocks.ts'
import { timeline } from './document-timeline.ts'
import { fill, wordFor } from './fill.ts'
import { more, mostRows } from './more-rows.ts'
import { standingOf } from './standing.ts'
import { listOf, numberIn } from './times.ts'
import type { Part } from './words/index.ts'
import type { Writing } from './writing.ts'

/** What happened, where, why it is believed, how it came and when: what a reader wants first. */
export function frontSections(writing: Writing): Section[] {
  const { sections } = writing.words
  return [
    { title: sections.happened, blocks: happened(writing) },
    { title: sections.host, blocks: theHost(writing) },
    { title: sections.why, blocks: why(writing) },
    ...(writing.input.story.entryPoints.length === 0 ? [] : [{ title: sections.entry, blocks: entry(writing) }]),
    { title: sections.timeline, blocks: timeline(writing) },
    ...(writing.input.story.graph.nodes.length < 2 ? [] : [{ title: sections.graph, blocks: graph(writing) }]),
    ...(writing.input.story.noticed.length === 0 ? [] : [{ title: sections.noticed, blocks: noticed(writing) }]),
    ...(writing.input.story.processes.length === 0 ? [] : [{ title: sections.processes, blocks: processes(writing) }]),
  ]
}

function happened(writing: Writing): Block[] {
  const { input, words, clock } = writing
  const { alert } = input.alertCase
  const found = fill(words.sentences.found, {
    time: clock.say(alert.firstSeen),
    host: alert.host.name,
    title: alert.title,
    verdict: alert.verdict === undefined ? words.statuses[alert.status] : wordFor(words.verdicts, alert.verdict),
    level: words.levels[alert.level],
  })
  const sentences = [found, consistsOf(writing), words.sentences.standing[standingOf(input.alertCase)]]
  const between = input.language === 'zh' || input.language === 'ja' ? '' : ' '
  return [
    { kind: 'paragraph', line: lineOf(sentences.filter(one => one !== '').join(between)) },
    ...(input.story.summary.length === 0
      ? []
      : [
          { kind: 'paragraph' as const, line: [quiet(words.notes.hostWords)] },
          { kind: 'list' as const, items: input.story.summary.map(lineOf) },
        ]),
  ]
}

function consistsOf({ input, words, clock }: Writing): string {
  const { incident, finding } = input.alertCase
  if (finding !== undefined) {
    const [one] = input.story.why
    return one === undefined
      ? ''
      : fill(words.sentences.alone, { subject: `${wordFor(words.facts, one.fact.kind)} ${one.fact.label}` })
  }
  if (incident === undefined) return ''
  const counts = new Map<Part, number>()
  for (const one of incident.members) counts.set(partOf(one), (counts.get(partOf(one)) ?? 0) + 1)
  const parts = (['processes', 'starts', 'connections', 'files', 'access', 'changes'] as const).flatMap(part => {
    const count = counts.get(part) ?? 0
    if (count === 0) return []
    return [fill(count === 1 ? words.parts[part].one : words.parts[part].other, { n: numberIn(input.language, count) })]
  })
  if (parts.length === 0) return ''
  const since = incident.since === undefined ? Number.NaN : Date.parse(incident.since.at)
  const list = listOf(input.language, parts)
  return Number.isNaN(since)
    ? fill(words.sentences.parts, { parts: list })
    : fill(words.sentences.since, { parts: list, since: clock.say(new Date(since)) })
}

function partOf(fact: IdentifiedFact): Part {
  switch (fact.kind) {
    case 'process':
    case 'container':
      return 'processes'
    case 'autostart':
    case 'preload':
      return 'starts'
    case 'socket':
      return 'connections'
    case 'file':
      return 'files'
    case 'login-key':
    case 'account':
    case 'sudo-rule':
      return 'access'
    default:
      return 'changes'
  }
}

function theHost({ input, words }: Writing): Block[] {
  const { alertCase, host } = input
  const { labels } = words
  const rows: [string, string][] = [
    [labels.host, alertCase.alert.host.name],
    [labels.systemName, host?.hostname ?? ''],
    [labels.system, host?.system ?? ''],
    [labels.kernel, host?.kernel ?? ''],
    [labels.architecture, host?.architecture ?? ''],
    [labels.addresses, host?.addresses.join(', ') ?? ''],
    [labels.group, host?.group ?? ''],
    [labels.region, host?.region ?? ''],
    [labels.owner, host?.owner ?? ''],
    [labels.tags, host?.tags.join(', ') ?? ''],
    [labels.families, alertCase.alert.families.join(', ')],
  ]
  return [
    { kind: 'values', rows: rows.filter(([, value]) => value !== '').map(([name, value]) => [name, lineOf(value)]) },
  ]
}

function why({ input, words }: Writing): Block[] {
  if (input.story.why.length === 0) return [{ kind: 'paragraph', line: lineOf(words.notes.noWhy) }]
  const rows = input.story.why
    .slice(0, mostRows)
    .map((one): Line[] => [
      [{ text: words.levels[one.level], manner: `level-${one.level}` }, 'break', quiet(words.classes[one.class])],
      [
        strong(one.rule.title),
        ...(one.conclusive ? [plain(' '), quiet(`(${words.notes.conclusive})`)] : []),
        'break',
        plain(one.because),
      ],
      [quiet(wordFor(words.facts, one.fact.kind)), 'break', code(one.fact.label)],
      [plain(one.attack.join(', '))],
    ])
  const head = [words.labels.level, words.labels.reason, words.labels.about, 'ATT&CK']
  return [{ kind: 'table', head, widths: [16, 48, 23, 13], rows }, ...more(input.story.why.length, words.notes.more)]
}

function entry({ input, words }: Writing): Block[] {
  return [
    {
      kind: 'list',
      items: input.story.entryPoints.map(
        (one): Line => [
          strong(wordFor(words.ways, one.what)),
          plain(' '),
          quiet(`(${words.labels.confidence}: ${words.confidences[one.confidence]})`),
          'break',
          plain(one.because),
          'break',
          quiet(`${words.labels.advice}: `),
          plain(one.advice),
        ],
      ),
    },
  ]
}

function graph({ input, words }: Writing): Block[] {
  const { graph: drawn } = input.story
  const alt = fill(words.notes.graphAlt, { nodes: drawn.nodes.length, edges: drawn.edges.length })
  const named = {
    ...drawn,
    nodes: drawn.nodes.map(one => ({ ...one, kind: wordFor(words.facts, one.kind) })),
    edges: drawn.edges.map(one => ({ ...one, reason: wordFor(words.reasons, one.reason) })),
  }
  return [
    { kind: 'graph', graph: named, alt },
    ...(drawn.leftOut === 0
      ? []
      : [{ kind: 'paragraph' as const, line: [quiet(fill(words.notes.leftOut, { n: drawn.leftOut }))] }]),
  ]
}

/** What started what, as the host noticed it; most of it has ended since. */
function noticed({ input, words, clock }: Writing): Block[] {
  const depths = new Map<string, number>()
  const items = input.story.noticed.slice(0, mostRows).map(one => {
    const depth = one.parent === undefined ? 0 : (depths.get(one.parent) ?? -1) + 1
    depths.set(one.id, depth)
    const own = one.noticed
    const line: Line = [
      ...(one.pid === undefined ? [] : [strong(String(one.pid)), plain(' ')]),
      code(one.label),
      ...(one.detail === '' || one.detail === one.label ? [] : ['break' as const, quiet(one.detail)]),
    ]
    const done = own?.responses.filter(two => two.outcome === 'done').map(two => words.moments[answers[two.kind]]) ?? []
    const cells: Line[] = [own === undefined ? [] : clock.line(own.at), lineOf([...new Set(done)].join(', '))]
    return { depth: Math.min(depth, 8), line, cells }
  })
  const { process, time, what } = words.labels
  return [
    { kind: 'tree', head: [process, time, what], widths: [52, 28, 20], items },
    ...more(input.story.noticed.length, words.notes.more),
  ]
}

const answers = {
  prevented: 'start-prevented',
  'kill-process': 'ended-at-once',
  'block-address': 'answered-at-once',
  'disarm-autostart': 'answered-at-once',
  'quarantine-file': 'answered-at-once',
  clean: 'answered-at-once',
} as const satisfies Record<ResponseKind, string>

function processes({ input, words, clock }: Writing): Block[] {
  const depths = new Map<number, number>()
  const items = input.story.processes.slice(0, mostRows).map(one => {
    const depth = one.parent === undefined ? 0 : (depths.get(one.parent) ?? -1) + 1
    depths.set(one.pid, depth)
    const line: Line = [
      strong(String(one.pid)),
      plain(' '),
      code(one.command),
      ...(one.executable === undefined || one.command.startsWith(one.executable)
        ? []
        : ['break' as const, quiet(one.executable)]),
      ...(one.role === 'context' ? ['break' as const, quiet(`(${words.notes.context})`)] : []),
    ]
    const cells: Line[] = [
      [plain(one.user ?? '')],
      one.startedAt === undefined ? [] : clock.line(one.startedAt),
      [plain(one.cpuPercent === undefined ? '' : `${numberIn(input.language, one.cpuPercent)} %`)],
    ]
    return { depth: Math.min(depth, 8), line, cells }
  })
  const { process, user, started, cpu } = words.labels
  return [
    { kind: 'tree', head: [process, user, started, cpu], widths: [50, 14, 26, 10], items },
    ...more(input.story.processes.length, words.notes.more),
  ]
}
