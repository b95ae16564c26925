import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  type AnyRule,
  compileRules,
  foreignContentFiles,
  isContentFile,
  loadRuleFiles,
  ownContentFiles,
  type Problem,
  testFolders,
} from '../detect/index.ts'
import { ruleMeaning } from '../engine/index.ts'
import { CommandError } from './command-error.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { styled } from './print/page.ts'
import { count, levelWord } from './print/verdict.ts'
import { mustExist } from './must-exist.ts'
import { calledAs } from './program-name.ts'
import {
  type ContentRuleHead,
  contentFaults,
  contentHeads,
  documentsOf,
  ownFields,
  ownRulesFolder,
} from '../rulebook/index.ts'
import { packLine } from './rules-packs.ts'
import { readPacks } from './state/rule-packs.ts'
import { levels } from '../model/index.ts'

/** Lists our own rules. */
export async function listCommand(_: object, context: Context): Promise<ExitCode> {
  const rules = ownRules()
  const packs = readPacks(context.state)
  if (context.json) {
    context.print({ format: 'davylamp-rules', version: 1, rules: rules.map(headOf), packs })
    return exitCodes.fine
  }
  for (const one of rules) {
    const level = levels.find(name => name === one.level) ?? 'medium'
    const mark = `${levelWord(level)}${' '.repeat(14 - level.length)}${styled(one.id.slice(0, 8), 'dim')}  `
    context.page.text(`${one.title} ${styled(categoryOf(one), 'dim')}`, 0, mark)
  }
  context.page.text(`${count(rules.length, 'rule')}. To see one: ${calledAs} rules show ID`)
  for (const pack of packs) context.page.text(packLine(pack), 0, styled('pack  ', 'dim'))
  return exitCodes.fine
}

/** A rule as it is written. */
export async function showCommand(_: object, context: Context, id: string): Promise<ExitCode> {
  const rule = findRule(id)
  if (context.json) context.print({ format: 'davylamp-rule', version: 1, rule })
  else {
    context.page.line(styled(`# ${rule.file ?? ''}:${rule.line}`, 'dim'))
    context.page.line(textOf(rule))
  }
  return exitCodes.fine
}

/** What the program brings, in either language. */
export type ShownRule = AnyRule | ContentRuleHead

function ownRules(): ShownRule[] {
  return [...loadRuleFiles([ownRulesFolder]).rules, ...contentHeads(ownRulesFolder)]
}

export function findRule(id: string): ShownRule {
  const rules = ownRules()
  const found = rules.filter(one => one.id === id)
  if (found.length === 0) found.push(...rules.filter(one => one.id.startsWith(id)))
  const [only] = found
  if (only === undefined) throw new CommandError(`there is no rule ${id}: ${calledAs} rules list shows them`)
  if (found.length > 1) throw new CommandError(`${found.length} rules begin with ${id}: write more of the id`)
  return only
}

/** Our own rules strictly; those of others as far as Sigma and YARA go. */
export async function checkCommand(_: object, context: Context, ...folders: string[]): Promise<ExitCode> {
  for (const folder of folders) mustExist(folder)
  const own = folders.every(folder => resolve(folder).startsWith(ownRulesFolder))
  const places = folders.length === 0 ? [ownRulesFolder] : folders
  const loaded = loadRuleFiles(places.filter(place => !isContentFile(place)))
  const set = compileRules(loaded.rules, { knownFields: ownFields(), foreign: !own })
  const content = await checkedContent(places, own)
  const errors = [
    ...loaded.errors,
    ...set.errors,
    ...(own ? loaded.rules.flatMap(ownProblems) : []),
    ...content.problems,
  ]
  const warnings = [...loaded.warnings, ...set.warnings]
  const rules = loaded.rules.length + content.rules
  if (context.json) {
    context.print({ format: 'davylamp-rules-check', version: 1, rules, errors, warnings })
  } else {
    for (const one of errors) context.page.text(problemText(one), 0, styled('error    ', 'red'))
    for (const one of warnings) context.page.text(problemText(one), 0, styled('warning  ', 'yellow'))
    context.page.text(
      `${count(rules, 'rule')}: ${count(errors.length, 'error')}, ${count(warnings.length, 'warning')}.`,
    )
  }
  return errors.length === 0 ? exitCodes.fine : exitCodes.left
}

/** Content rules below the folders; the compiler is loaded only where there are any. */
async function checkedContent(
  folders: readonly string[],
  own: boolean,
): Promise<{ rules: number; problems: Problem[] }> {
  const read = folders.map(folder => (own ? ownContentFiles(folder) : foreignContentFiles(folder)))
  const sources = read.flatMap(one => one.sources)
  const problems = read.flatMap(one => one.problems)
  if (sources.length === 0) return { rules: 0, problems }
  const { checkContentRules } = await import('../detect/yara/index.ts')
  const checked = checkContentRules(sources)
  return { rules: checked.rules, problems: [...problems, ...checked.problems, ...(own ? contentFaults(sources) : [])] }
}

/** Folders of `rule.yml` and `event.json`: each rule must match. */
export async function testCommand(_: object, context: Context, folder: string): Promise<ExitCode> {
  mustExist(folder)
  const results = testFolders(folder)
  if (results.length === 0) throw new CommandError(`${folder} holds no folder with a rule.yml and an event.json`)
  const missed = results.filter(one => !one.ok)
  if (context.json) context.print({ format: 'davylamp-rules-test', version: 1, folders: results })
  else {
    for (const one of missed)
      context.page.text(
        `${one.folder}: ${one.error ?? `${one.matched} of ${one.events} events matched, wanted ${one.expected ?? 1}`}`,
        0,
        styled('miss  ', 'red'),
      )
    context.page.text(`${results.length - missed.length} of ${count(results.length, 'folder')} agree.`)
  }
  return missed.length === 0 ? exitCodes.fine : exitCodes.left
}

function ownProblems(rule: AnyRule): Problem[] {
  if (rule.kind === 'filter') return []
  const found: string[] = []
  if (!/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(rule.id)) found.push('its id is no UUID')
  if (!levels.some(one => one === rule.level)) found.push(`its level is none of ${levels.join(', ')}`)
  for (const tag of rule.tags)
    if (/^attack\.t/i.test(tag) && !/^attack\.t\d{4}(\.\d{3})?$/.test(tag))
      found.push(`tag ${tag} is no ATT&CK technique`)
  if (!rule.tags.some(tag => tag.startsWith('attack.'))) found.push('it has no ATT&CK tag')
  const meaning = ruleMeaning.safeParse(rule.custom)
  if (!meaning.success)
    found.push(`davylamp: ${meaning.error.issues.map(one => `${one.path.join('.')}: ${one.message}`).join('; ')}`)
  return found.map(message => ({
    ...(rule.file === undefined ? {} : { file: rule.file }),
    line: rule.line,
    rule: rule.id,
    message,
  }))
}

function problemText({ file, line, rule, message }: Problem): string {
  const place = file === undefined ? '' : `${file}${line === undefined ? '' : `:${line}`}: `
  return `${place}${rule === undefined ? '' : `${rule}: `}${message}`
}

function headOf(rule: ShownRule) {
  const { id, title, level, description, tags, file, line } = rule
  return { id, title, level, description, tags, category: categoryOf(rule), file, line }
}

function categoryOf(rule: ShownRule): string {
  if (rule.kind === 'content') return rule.silent ? 'leads to others' : `content of a ${rule.about}`
  if (rule.kind === 'correlation') return rule.type
  const { category, product, service } = rule.logsource
  return [category, product, service].filter(one => one !== undefined).join(' ')
}

/** The rule's own document in its file. */
function textOf(rule: ShownRule): string {
  if (rule.kind === 'content') return rule.text
  if (rule.file === undefined) return JSON.stringify(rule, null, 2)
  return documentsOf(readFileSync(rule.file, 'utf8'))(rule.line)
}
