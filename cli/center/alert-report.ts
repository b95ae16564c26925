import { writeFileSync } from 'node:fs'
import { languages } from '../../model/api/index.ts'
import { CommandError } from '../command-error.ts'
import { withCenter } from './connect.ts'
import { idOf, oneOf } from './names.ts'
import { plain, plainAll, said, showDone, when } from './show.ts'

export const storyCommand = withCenter<object>(async ({ client }, _, context, id = '') => {
  const story = await client.alertStory({ params: { alert: idOf(id, 'an alert', 'alerts list') } })
  if (context.json) return context.print(story)
  const { page } = context
  for (const sentence of story.summary) page.line(plain(sentence))
  if (story.why.length > 0) page.heading('Why')
  page.table(story.why.map(one => [one.level, plainAll(one.fact.label), plainAll(one.because)]))
  if (story.entryPoints.length > 0) page.heading('How it got in')
  page.table(story.entryPoints.map(one => [one.confidence, plainAll(one.what), plainAll(one.because)]))
  if (story.timeline.length > 0) page.heading('Timeline')
  page.table(
    story.timeline.map(one => [
      `${when(one.at)}${one.exact ? '' : ' or before'}`,
      plainAll(one.what),
      plainAll([one.subject, one.actor].filter(Boolean).join(' – ')),
    ]),
  )
})

interface ReportOptions {
  readonly format: string
  readonly language: string
  readonly timeZone?: string
  readonly output?: string
}

export const reportCommand = withCenter<ReportOptions>(async ({ client }, options, context, id = '') => {
  const alert = idOf(id, 'an alert', 'alerts list')
  const format = oneOf('--format', options.format, ['html', 'pdf'])
  const language = oneOf('--language', options.language, languages)
  const timeZone = options.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
  const response = await client.alertReport({ params: { alert }, query: { format, language, timeZone } })
  const content = new Uint8Array(await response.arrayBuffer())
  if (options.output === '-') {
    process.stdout.write(content)
    return
  }
  const path = options.output ?? nameIn(response.headers.get('content-disposition')) ?? `incident-${alert}.${format}`
  try {
    // Evidence of a host: for whoever asked for it. What is there already is not written over.
    writeFileSync(path, content, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    throw new CommandError(`${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`)
  }
  showDone(context, { path, bytes: content.length, format, language }, said`The report is in ${path}.`)
})

/** A name without a folder, as our center gives it; another one is not believed. */
function nameIn(disposition: string | null): string | undefined {
  return /filename="([A-Za-z0-9][A-Za-z0-9.-]{0,150})"/.exec(disposition ?? '')?.[1]
}
