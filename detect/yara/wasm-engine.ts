import { readFileSync } from 'node:fs'
import type * as Yara from '@virustotal/yara-x'
import {
  type Fault,
  type Globals,
  type OpenRules,
  type RuleSource,
  ScanTimeout,
  type YaraEngine,
} from './yara-engine.ts'

/** The official package for WebAssembly. It cannot write compiled rules down: they are kept as text, and compiled when opened. */
export function wasmEngine(require: NodeJS.Require): YaraEngine {
  const yara = require('@virustotal/yara-x') as typeof Yara
  const script = require.resolve('@virustotal/yara-x')
  yara.initSync({ module: readFileSync(script.replace(/\.js$/, '_bg.wasm')) })
  const about = readFileSync(script.replace(/pkg\/[^/]*$/, 'package.json'), 'utf8')
  return {
    name: 'wasm',
    version: JSON.parse(about).version,
    check(text, globals) {
      const compiler = compilerWith(yara, globals)
      try {
        return errorsOf(compiler, text).map(faultOf)
      } finally {
        compiler.free()
      }
    },
    compile(sources, globals) {
      build(yara, sources, globals).free()
      return Buffer.from(JSON.stringify({ sources, globals }))
    },
    open(compiled, { seconds, hitsPerString }) {
      const { sources, globals } = JSON.parse(Buffer.from(compiled).toString()) as {
        sources: RuleSource[]
        globals: Globals
      }
      const rules = build(yara, sources, globals)
      const scanner = rules.scanner()
      scanner.setMaxMatchesPerPattern(hitsPerString)
      scanner.setTimeoutMs(seconds * 1000)
      return openRules(scanner, rules)
    },
  }
}

function compilerWith(yara: typeof Yara, globals: Globals): Yara.Compiler {
  const compiler = new yara.Compiler()
  for (const [name, value] of Object.entries(globals)) compiler.defineGlobal(name, value)
  return compiler
}

function errorsOf(compiler: Yara.Compiler, text: string): string[] {
  try {
    compiler.addSource(text)
  } catch (error) {
    if (compiler.errors.length === 0) return [String(error)]
  }
  return compiler.errors
}

function build(yara: typeof Yara, sources: readonly RuleSource[], globals: Globals): Yara.Rules {
  const compiler = compilerWith(yara, globals)
  try {
    for (const { namespace, text } of sources) {
      compiler.newNamespace(namespace)
      compiler.addSource(text)
    }
    return compiler.build()
  } finally {
    compiler.free()
  }
}

interface Scanned {
  readonly matches: readonly {
    readonly identifier: string
    readonly namespace: string
    readonly isPrivate: boolean
    readonly patterns: readonly { readonly matches: readonly { offset: number; length: number }[] }[]
  }[]
}

function openRules(scanner: Yara.Scanner, rules: Yara.Rules): OpenRules {
  return {
    scan(bytes, globals = {}) {
      for (const [name, value] of Object.entries(globals)) scanner.setGlobal(name, value)
      try {
        const { matches } = scanner.scan(bytes) as Scanned
        return matches
          .filter(one => !one.isPrivate)
          .map(({ identifier, namespace, patterns }) => ({
            namespace,
            identifier,
            strings: patterns.flatMap(one => one.matches),
          }))
      } catch (error) {
        if (/time/i.test(String(error))) throw new ScanTimeout('the time for one content is over', { cause: error })
        throw error
      }
    },
    close() {
      scanner.free()
      rules.free()
    },
  }
}

function faultOf(message: string): Fault {
  const line = /--> line:(\d+):/.exec(message)?.[1]
  return { line: line === undefined ? undefined : Number(line), message }
}
