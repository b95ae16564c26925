import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type AnyRule, compileRules, loadRuleFiles, type Problem, testFolders } from '../detect/index.ts'
import { ruleMeaning } from '../engine/index.ts'
import { CommandError } from './command-error.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { styled } from './print/page.ts'
import { count, levelWord } from './print/verdict.ts'
import { mustExist } from './must-exist.ts'
import { calledAs } from './program-name.ts'
import { documentsOf, ownFields, ownRulesFolder } from '../rulebook/index.ts'
import { levels } from '../model/index.ts'

/** Lists our own rules. */
export async function listCommand(_: object, context: Context): Promise<ExitCode> {
  const { rules } = loadRuleFiles([ownRulesFolder])
  if (context.json) {
    context.print({ format: 'davylamp-rules', version: 1, rules: rules.map(headOf) })
    return exitCodes.fine
  }
  for (const one of rules) {
    const level = levels.find(name => name === one.level) ?? 'medium'
    const mark = `${levelWord(level)}${' '.repeat(14 - level.length)}${styled(one.id.slice(0, 8), 'dim')}  `
    context.page.text(`${one.title} ${styled(categoryOf(one), 'dim')}`, 0, mark)
  }
  context.page.text(`${count(rules.length, 'rule')}. To see one: ${calledAs} rules show ID`)
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

export function findRule(id: string): AnyRule {
  const { rules } = loadRuleFiles([ownRulesFolder])
  const found = rules.filter(one => one.id === id)
  if (found.length === 0) found.push(...rules.filter(one => one.id.startsWith(id)))
  const [only] = found
  if (only === undefined) throw new CommandError(`there is no rule ${id}: ${calledAs} rules list shows them`)
  if (found.length > 1) throw new CommandError(`${found.length} rules begin with ${id}: write more of the id`)
  return only
}

/** Our own rules strictly; those of others as far as Sigma goes. */
export async function checkCommand(_: object, context: Context, ...folders: string[]): Promise<ExitCode> {
  for (const folder of folders) mustExist(folder)
  const own = folders.every(folder => resolve(folder).startsWith(ownRulesFolder))
  const loaded = loadRuleFiles(folders.length === 0 ? [ownRulesFolder] : folders)
  const set = compileRules(loaded.rules, { knownFields: ownFields(), foreign: !own })
  const errors = [...loaded.errors, ...set.errors, ...(own ? loaded.rules.flatMap(ownProblems) : [])]
  const warnings = [...loaded.warnings, ...set.warnings]
  if (context.json) {
    context.print({ format: 'davylamp-rules-check', version: 1, rules: loaded.rules.length, errors, warnings })
  } else {
    for (const one of errors) context.page.text(problemText(one), 0, styled('error    ', 'red'))
    for (const one of warnings) context.page.text(problemText(one), 0, styled('warning  ', 'yellow'))
    context.page.text(
      `${count(loaded.rules.length, 'rule')}: ${count(errors.length, 'error')}, ${count(warnings.length, 'warning')}.`,
    )
  }
  return errors.length === 0 ? exitCodes.fine : exitCodes.left
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

function headOf(rule: AnyRule) {
  const { id, title, level, description, tags, file, line } = rule
  return { id, title, level, description, tags, category: categoryOf(rule), file, line }
}

function categoryOf(rule: AnyRule): string {
  if (rule.kind === 'correlation') return rule.type
  const { category, product, service } = rule.logsource
  return [category, product, service].filter(one => one !== undefined).join(' ')
}

/** The rule's own document in its file. */
function textOf(rule: AnyRule): string {
  if (rule.file === undefined) return JSON.stringify(rule, null, 2)
  return documentsOf(readFileSync(rule.file, 'utf8'))(rule.line)
}
