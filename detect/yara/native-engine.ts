import { readFileSync } from 'node:fs'
import {
  type Fault,
  type Globals,
  type OpenRules,
  type RuleSource,
  ScanTimeout,
  type YaraEngine,
} from './yara-engine.ts'

/** The part of the binding that is used: it comes without types of its own. */
interface Binding {
  compile(text: string, options: Options): Native
  validate(text: string, options: Options): { errors: { message: string; line?: number }[] }
  deserialize(bytes: Uint8Array): Native
}

interface Options {
  defineVariables?: Globals
  relaxedReSyntax?: boolean
  enableIncludes?: boolean
  enableAllWarnings?: boolean
}

interface Native {
  addRuleSources(sources: { source: string; namespace: string }[]): void
  serialize(): Uint8Array
  setUseMmap(use: boolean): void
  setMaxMatchesPerPattern(most: number): void
  setTimeout(milliseconds: number): void
  scan(
    bytes: Uint8Array,
    globals?: Globals,
  ): { namespace: string; ruleIdentifier: string; matches: { offset: number; length: number }[] }[]
}

const packageName = '@litko/yara-x-linux-x64-gnu'

/** The native binding; `undefined` where there is none for this machine. */
export function nativeEngine(require: NodeJS.Require): YaraEngine | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined
  let binding: Binding
  let version: string
  try {
    binding = require('@litko/yara-x-linux-x64-gnu') as Binding
    version = JSON.parse(readFileSync(require.resolve(`${packageName}/package.json`), 'utf8')).version
  } catch {
    return undefined
  }
  return {
    name: 'native',
    version,
    check: (text, globals) => binding.validate(text, optionsWith(globals)).errors.map(faultOf),
    compile: (sources, globals) => compile(binding, sources, globals),
    open(compiled, { seconds, hitsPerString }) {
      const rules = binding.deserialize(compiled)
      // A file that shrinks while it is mapped would end the process.
      rules.setUseMmap(false)
      rules.setMaxMatchesPerPattern(hitsPerString)
      rules.setTimeout(seconds * 1000)
      return openRules(rules)
    },
  }
}

function optionsWith(globals: Globals): Options {
  // Includes would read files of the host that the text names.
  return { defineVariables: globals, relaxedReSyntax: true, enableIncludes: false, enableAllWarnings: false }
}

function compile(binding: Binding, sources: readonly RuleSource[], globals: Globals): Uint8Array {
  const rules = binding.compile('', optionsWith(globals))
  // One call for all: each call compiles everything anew.
  rules.addRuleSources(sources.map(({ namespace, text }) => ({ source: text, namespace })))
  return rules.serialize()
}

function openRules(rules: Native): OpenRules {
  let open: Native | undefined = rules
  let last: Globals | undefined
  return {
    scan(bytes, globals) {
      try {
        // Handing over seven variables takes as long as looking through a small file.
        const changed = globals === undefined || globals === last ? undefined : asText(globals)
        if (changed !== undefined) last = undefined
        const found = open?.scan(bytes, changed) ?? []
        last = globals ?? last
        return found.map(({ namespace, ruleIdentifier, matches }) => ({
          namespace,
          identifier: ruleIdentifier,
          strings: matches,
        }))
      } catch (error) {
        if (/time/i.test(String(error))) throw new ScanTimeout('the time for one content is over', { cause: error })
        throw error
      }
    },
    close() {
      open = undefined
    },
  }
}

/**
 * The binding takes a text that reads like a number or a truth for one, and refuses it where a text was declared: a file named
 * `true` or `12` would end the scan. Rules see no name then.
 */
function asText(globals: Globals): Globals {
  return Object.fromEntries(
    Object.entries(globals).map(([name, value]) => [name, typeof value === 'string' && seemsTyped(value) ? '' : value]),
  )
}

function seemsTyped(text: string): boolean {
  return /^\s*(?:true|false|[+-]?(?:inf|infinity|nan|[\d.][\d._]*(?:e[+-]?\d*)?))\s*$/i.test(text)
}

/** The line stands in the message only: ` --> line:3:48`. */
function faultOf({ message }: { message: string }): Fault {
  const line = /--> line:(\d+):/.exec(message)?.[1]
  return { line: line === undefined ? undefined : Number(line), message }
}
