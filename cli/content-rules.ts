import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ContentsRequest } from '../detect/yara/index.ts'
import type { RuleBook } from '../rulebook/index.ts'
import type { Target } from '../target/index.ts'
import type { ContentOptions } from './content-options.ts'
import type { Context } from './context.ts'
import { version } from './program-name.ts'

/** Rules as a reading of contents wants them: not compiled before there is something to read. What is wrong with them is a gap. */
export function contentRules(
  rules: RuleBook,
  target: Target,
  { state }: Context,
  { save }: ContentOptions,
): ContentsRequest['rules'] {
  const folder = join(state, 'rules', 'compiled')
  // Who wants nothing kept may use what is there.
  const keptIn = save === false && !existsSync(folder) ? undefined : folder
  return {
    version: `${version} ${rules.version}`,
    async compiled() {
      const { compiled, problems } = await rules.content.compiled(keptIn)
      if (problems.length > 0)
        target.addGap({
          what: 'rules for contents',
          why: `${problems.length} could not be used: rules check says why`,
        })
      return compiled
    },
  }
}
