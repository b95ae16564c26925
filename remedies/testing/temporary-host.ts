import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Action, Phase, Plan } from '../../model/index.ts'
import { type HostOptions, openHost, type WritableHost } from '../host.ts'

/** For tests: a tree in a temporary folder, and a state folder beside it. Both are gone after the test. */
export interface TemporaryHost {
  readonly root: string
  readonly state: string
  readonly host: WritableHost
}

export function temporaryHost(
  test: TestContext,
  files: Readonly<Record<string, string | Buffer>> = {},
  options: Partial<HostOptions> = {},
): TemporaryHost {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-remedies-'))
  const root = join(folder, 'root')
  const state = join(folder, 'state')
  mkdirSync(root)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  const host = openHost({ root, live: false, state, ...options })
  test.after(() => {
    host.close()
    removeTree(folder)
  })
  return { root, state, host }
}

/** Removes a tree that may hold immutable files. */
export function removeTree(folder: string): void {
  try {
    execFileSync('chattr', ['-R', '-f', '-i', '-a', folder], { stdio: 'ignore' })
  } catch {
    // Links and fifos have no flags; chattr then reports a failure and has done the rest.
  }
  rmSync(folder, { recursive: true, force: true })
}

/** A plan of these actions, each depending on those given as second member. */
export function planOf(actions: readonly (Action | [Action, number[]])[], live = false): Plan {
  return {
    format: 'davylamp-plan',
    version: 1,
    id: 'test-plan',
    target: { root: '/', live },
    incidents: ['incident'],
    actions: actions.map((one, at) => {
      const [action, dependsOn] = Array.isArray(one) ? one : [one, []]
      const undoable = action.kind !== 'kill-process'
      const phase: Phase = 'remove'
      return {
        number: at + 1,
        phase,
        action,
        reason: 'test',
        incident: 'incident',
        findings: [],
        fact: 'f',
        undoable,
        dependsOn,
      }
    }),
    skipped: [],
    advice: [],
  }
}
