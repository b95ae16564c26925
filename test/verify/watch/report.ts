import type { Measure } from '../../range/watch-host.ts'

export interface Surroundings {
  readonly machine: string
  readonly date: string
}

/** The page of docs about what was measured, from lines of measures. */
export function watchReport(lines: string, { machine, date }: Surroundings): string {
  const measures = lines
    .split('\n')
    .filter(line => line !== '')
    .map((line): Measure => JSON.parse(line))
  return `# What a watched host tells, and when

Made by \`npm run verify watch -- --write\` (test/range/watch-*.test.ts) on ${date}: ${machine}. Each intruder of [hosts/](families.md) comes to a booted
host of its own on which \`davylamp watch --json\` listens, with all that he has at once. A time runs from the first thing that a program did to the line
that told it, read outside of the host.

| what | times | p50 | p95 | longest |
|---|---|---|---|---|
${[
  row('program of a known intruder, and the intruder himself', of(measures, 'known')),
  row('the same, when nothing was looked at for a minute', of(measures, 'known-cold')),
  row('unknown load that speaks with a pool', of(measures, 'unknown')),
  row('`block`: judged and kept from starting', of(measures, 'prevented')),
].join('\n')}

## Intruders

The time of the first thing that was told of each, and of each program by itself. Without a time it was not told by itself, but with what it belongs to.

| intruder or program | ms | after a minute of rest | verdict |
|---|---|---|---|
${namesOf(measures)
  .map(name => {
    const warm = of(measures, 'known').filter(one => one.name === name)
    const cold = of(measures, 'known-cold').filter(one => one.name === name)
    const verdict = [...warm, ...cold].map(one => one.verdict)[0] ?? ''
    return `| ${escaped(name)} | ${times(warm)} | ${times(cold)} | ${verdict} |`
  })
  .join('\n')}

## Honest work under \`block\`

Nobody was kept from starting and nobody was accused; else the test fails.

| work | unwatched, s | \`block\`, s |
|---|---|---|
${worksOf(measures).join('\n')}
`
}

function of(measures: readonly Measure[], what: Measure['what']): Measure[] {
  return measures.filter(one => one.what === what)
}

function row(what: string, all: readonly Measure[]): string {
  const sorted = all.map(one => one.ms).sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  const cells = sorted.length === 0 ? ['', '', ''] : [at(0.5), at(0.95), sorted.at(-1)].map(ms => `${ms} ms`)
  return `| ${what} | ${sorted.length} | ${cells.join(' | ')} |`
}

function namesOf(measures: readonly Measure[]): string[] {
  return [...new Set(measures.filter(one => one.what === 'known' || one.what === 'known-cold').map(one => one.name))]
}

function times(all: readonly Measure[]): string {
  return all.map(one => one.ms).join(', ')
}

function worksOf(measures: readonly Measure[]): string[] {
  const works = of(measures, 'work')
  const seconds = (name: string, how: string) =>
    works
      .filter(one => one.name === name && one.more === how)
      .map(one => (one.ms / 1_000).toFixed(1))
      .join(', ')
  return [...new Set(works.map(one => one.name))].map(
    name => `| ${name} | ${seconds(name, 'unwatched')} | ${seconds(name, 'block')} |`,
  )
}

/** A name of a path that an intruder chose, as a cell of a table; homes as their owners write them. */
function escaped(name: string): string {
  return name.startsWith('/') ? `\`${name.replaceAll('|', '\\|').replace(/^\/home\/\w+/, '~')}\`` : name
}
