import { compileRules, evaluate, parseRules } from '../detect/index.ts'

/** Thousands of generated rules over hundreds of events of one log source: the worst case, as no index by log source helps. */
const ruleCount = Number(process.argv[2] ?? 3000)
const eventCount = Number(process.argv[3] ?? 500)

const random = seeded(42)
const words = Array.from({ length: 4000 }, () => word(4 + Math.floor(random() * 8)))
const texts = Array.from({ length: ruleCount }, (_, index) => ruleText(index))
const events = Array.from({ length: eventCount }, eventFields)

const started = performance.now()
const { rules } = parseRules(texts.join('\n---\n'))
const parsed = performance.now()
const ruleSet = compileRules(rules, { foreign: true })
const compiled = performance.now()
const cpuBefore = process.cpuUsage()
let matches = 0
for (const event of events) {
  matches += evaluate(ruleSet, event, { category: 'process_creation', product: 'windows' }).length
}
const evaluated = performance.now()
const cpu = process.cpuUsage(cpuBefore)

console.log(
  `${ruleSet.rules.length} rules, ${events.length} events, ${matches} matches, ${ruleSet.errors.length} errors`,
)
console.log(`parse    ${Math.round(parsed - started)} ms`)
console.log(`compile  ${Math.round(compiled - parsed)} ms`)
console.log(
  `evaluate ${Math.round(evaluated - compiled)} ms, ${Math.round((cpu.user + cpu.system) / 1000)} ms of a core`,
)
console.log(
  `         ${(((cpu.user + cpu.system) * 1000) / (ruleSet.rules.length * events.length)).toFixed(0)} ns a rule and event`,
)
console.log(`memory   ${Math.round(process.memoryUsage().rss / 1e6)} MB`)

function ruleText(index: number): string {
  const images = list(1 + Math.floor(random() * 6), () => `'\\${pick()}.exe'`)
  const contains = list(1 + Math.floor(random() * 25), () => `' ${pick()}'`)
  const kind = index % 10
  const modifier =
    kind === 0 ? 're' : kind === 1 ? 're|i' : kind === 2 ? 'contains|all' : kind === 3 ? 'contains|windash' : 'contains'
  const values = modifier.startsWith('re') ? list(1, () => `'${pick()}\\s+(-[a-z]+\\s+)*${pick()}'`) : contains
  const first =
    index % 3 === 0
      ? ''
      : `    selection_img:\n        - Image|endswith: [${images}]\n        - OriginalFileName: [${list(2, pick)}]\n`
  return `title: generated ${index}
id: generated-${index}
logsource: { category: process_creation, product: windows }
detection:
${first}    selection_cli:
        CommandLine|${modifier}: [${values}]
    filter_main_own:
        ParentImage|startswith: 'C:\\Program Files\\'
        CommandLine|contains: ['*${pick()}*${pick()}', '${pick()}?${pick()}']
    condition: all of selection_* and not 1 of filter_main_*
level: high`
}

function eventFields() {
  return {
    Image: `C:\\Windows\\System32\\${pick()}.exe`,
    OriginalFileName: pick(),
    CommandLine: Array.from({ length: 4 + Math.floor(random() * 20) }, () =>
      random() < 0.2 ? `-${pick()}` : pick(),
    ).join(' '),
    ParentImage: `C:\\Windows\\${pick()}.exe`,
    ParentCommandLine: `${pick()} ${pick()} /c`,
    User: 'WORKGROUP\\someone',
    CurrentDirectory: 'C:\\Users\\someone\\',
    IntegrityLevel: 'High',
    ProcessId: Math.floor(random() * 30_000),
  }
}

function list(length: number, make: () => string): string {
  return Array.from({ length }, make).join(', ')
}

function pick(): string {
  return words[Math.floor(random() ** 2 * words.length)] ?? ''
}

function word(length: number): string {
  return Array.from({ length }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join('')
}

/** mulberry32: the same rules and events in every run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
