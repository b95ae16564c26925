import type { ApiClient } from '../../client/index.ts'
import { CommandError } from '../command-error.ts'
import { idOf, isEmptyScope, oneOf, type ScopeOptions, scopeOf } from './names.ts'

/** Which alerts are meant: those named, or all that are like the one named. */
export interface ChoiceOptions extends ScopeOptions {
  readonly sameType?: string
}

export async function choiceOf(client: ApiClient, ids: readonly string[], options: ChoiceOptions) {
  const alerts = [...new Set(ids.map(id => idOf(id, 'an alert', 'alerts list')))]
  if (options.sameType === undefined) {
    if (!isEmptyScope(options))
      throw new CommandError('--host, --group and --tag narrow --same-type: say rule, type or hash there')
    return { alerts }
  }
  const by = oneOf('--same-type', options.sameType, ['rule', 'type', 'hash'])
  const [sameAs] = alerts
  if (sameAs === undefined || alerts.length > 1)
    throw new CommandError('--same-type takes one alert: all that are like it are meant')
  return { sameAs, by, ...(isEmptyScope(options) ? {} : { scope: await scopeOf(client, options) }) }
}
