import { agentFolders, agreeTo } from '../agent/index.ts'
import { resolve } from 'node:path'
import { compileRules, foreignContentFiles, loadRuleFiles, type Problem } from '../detect/index.ts'
import { openRules, ownFields } from '../rulebook/index.ts'
import { CommandError, notPermitted } from './command-error.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { mustExist } from './must-exist.ts'
import { styled } from './print/page.ts'
import { count } from './print/verdict.ts'
import { calledAs } from './program-name.ts'
import {
  compiledRulesFolder,
  PacksBusyError,
  packFolders,
  packName,
  type RulePack,
  readPacks,
  packsFolder,
  removePack,
  type StagedPack,
  stagePack,
} from './state/rule-packs.ts'
import { requireWritableState } from './state/permission.ts'
import { isFull, reasonOf } from './state/state-files.ts'

const shownProblems = 20

/** Takes YARA and Sigma rules of others into the state folder. What cannot be used of them is told; nothing is half added. */
export async function addRulesCommand(options: { name?: string }, context: Context, source: string): Promise<ExitCode> {
  mustExist(source)
  requireWritableState(context.state)
  const staged = stage(context.state, source)
  let about: RulePack
  try {
    if (staged.files === 0) throw new CommandError(`${source} holds no rules: .yar, .yara, .yml or .yaml`)
    about = await aboutPack(staged, source, packName(options.name ?? resolve(source)))
    if (about.yara + about.sigma === 0)
      throw new CommandError(`none of the rules in ${source} can be used: ${about.problems[0] ?? 'it holds none'}`)
    agreeTo(agentFolders(context.state).own, [packsFolder(context.state)])
    staged.keep(about)
  } finally {
    staged.end()
  }
  // Now, and not in the first scan, which may be an urgent one.
  if (about.yara > 0) await openRules(packFolders(context.state)).content.compiled(compiledRulesFolder(context.state))
  if (context.json) context.print({ format: 'davylamp-rules-added', version: 1, pack: about })
  else tellAdded(about, context)
  return exitCodes.fine
}

/** Rules of others go again. */
export async function removeRulesCommand(_: object, context: Context, name: string): Promise<ExitCode> {
  const pack = readPacks(context.state).find(one => one.name === name)
  if (pack === undefined) throw new CommandError(`there is no pack ${name}: ${calledAs} rules list shows them`)
  agreeTo(agentFolders(context.state).own, [packsFolder(context.state)])
  try {
    removePack(context.state, name)
  } catch (error) {
    if (error instanceof PacksBusyError) throw error
    throw notPermitted(`${name} could not be removed: ${reasonOf(error)}`)
  }
  if (context.json) context.print({ format: 'davylamp-rules-removed', version: 1, pack })
  else context.page.text(`${name} is gone: ${contentsOf(pack)}.`)
  return exitCodes.fine
}

/** One line for `rules list`. */
export function packLine(pack: RulePack): string {
  const unused = pack.problems.length === 0 ? '' : `, ${count(pack.problems.length, 'problem')}`
  return `${pack.name}: ${contentsOf(pack)}${unused}, added ${pack.added.slice(0, 10)} from ${pack.source}`
}

function stage(state: string, source: string): StagedPack {
  try {
    return stagePack(state, resolve(source))
  } catch (error) {
    if (error instanceof PacksBusyError || isFull(error)) throw error
    throw new CommandError(`${source} could not be added: ${reasonOf(error)}`)
  }
}

async function aboutPack(
  { folder, files }: { folder: string; files: number },
  source: string,
  name: string,
): Promise<RulePack> {
  const content = foreignContentFiles(folder)
  const yara = await checked(content.sources)
  const loaded = loadRuleFiles([folder])
  const sigma = compileRules(loaded.rules, { knownFields: ownFields(), foreign: true })
  const problems = [...content.problems, ...yara.problems, ...loaded.errors, ...sigma.errors]
  return {
    name,
    source: resolve(source),
    added: new Date().toISOString(),
    files,
    yara: yara.rules,
    sigma: sigma.rules.length + sigma.correlations.length,
    problems: problems.map(one => textOf(one, folder)),
  }
}

async function checked(sources: ReturnType<typeof foreignContentFiles>['sources']) {
  if (sources.length === 0) return { rules: 0, problems: [] }
  const { checkContentRules } = await import('../detect/yara/index.ts')
  return checkContentRules(sources)
}

function tellAdded(pack: RulePack, { page }: Context): void {
  for (const one of pack.problems.slice(0, shownProblems)) page.text(one, 0, styled('left out  ', 'yellow'))
  if (pack.problems.length > shownProblems)
    page.text(`and ${pack.problems.length - shownProblems} more: ${calledAs} rules list --json`)
  page.text(`${pack.name}: ${contentsOf(pack)} from ${count(pack.files, 'file')}.`)
  if (pack.yara > 0)
    page.text(
      'Its YARA rules look at files that are suspicious already; with scan --all-rules at every file that a scan reads.',
    )
}

function contentsOf({ yara, sigma }: RulePack): string {
  return [yara > 0 && `${yara} YARA`, sigma > 0 && `${sigma} Sigma`]
    .filter(one => one !== false)
    .join(' and ')
    .concat(yara + sigma === 1 ? ' rule' : ' rules')
}

function textOf({ file, line, rule, message }: Problem, folder: string): string {
  const place = file === undefined ? '' : `${file.replace(`${folder}/`, '')}${line === undefined ? '' : `:${line}`}: `
  return `${place}${rule === undefined ? '' : `${rule}: `}${message}`.slice(0, 400)
}
