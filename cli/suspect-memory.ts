import type { Fact, ProcessFact } from '../model/index.ts'
import type { RuleBook } from '../rulebook/index.ts'
import type { Target } from '../target/index.ts'
import type { ContentOptions } from './content-options.ts'
import { contentRules } from './content-rules.ts'
import type { Context } from './context.ts'

/**
 * Looks into the memory of processes: in a quick scan of those without a known origin that also behave oddly, in a full one
 * of all without a known origin. Where every process comes from a package nothing is loaded.
 */
export async function lookIntoMemory(
  target: Target,
  facts: readonly Fact[],
  rules: RuleBook,
  options: ContentOptions,
  context: Context,
): Promise<void> {
  const which = options.memory ?? (options.full === true ? 'suspects' : 'doubtful')
  if (!target.live || (which !== 'all' && !facts.some(mayBeDoubtful))) return
  const { openContentScanner, scanMemory } = await import('../detect/yara/index.ts')
  await scanMemory(target, facts, {
    which,
    open: async () =>
      openContentScanner(await contentRules(rules, target, context, options).compiled(), { for: 'memory' }),
    cpu: options.cpu === undefined ? undefined : options.cpu / 100,
    progress: (done, total, what) => context.progress.show(`looking (${done} of ${total}) ${what}`),
  })
}

/** The first sieve of many. */
function mayBeDoubtful(fact: Fact): fact is ProcessFact {
  if (fact.kind !== 'process' || fact.kernelThread) return false
  if (fact.ownership !== 'owned' && fact.ownership !== 'verified') return true
  return fact.script !== undefined || fact.unownedLibraries.length > 0 || fact.hiddenFrom.length > 0
}
