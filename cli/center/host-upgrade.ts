import type { UpgradeHindrance } from '../../model/api/index.ts'
import { exitCodes } from '../exit-codes.ts'
import { count } from '../print/verdict.ts'
import { withCenter } from './connect.ts'
import { type Changing, ordered, type SomeHosts, scopeOf } from './host-work.ts'
import { plain, said } from './show.ts'
import { sure } from './sure.ts'

const hindrances: Readonly<Record<UpgradeHindrance, string>> = {
  'not-allowed': 'its host does not let the center upgrade it (docs/agent.md, Upgrades)',
  'no-release': 'no signed release for its processor lies in the center',
  newest: 'it is as new as the newest release there',
  'step-missing': 'the newer releases replace later versions only: the center needs one between',
  'under-way': 'it is being upgraded already',
}

/** Shows which agents would become what, asks, and orders exactly that. */
export const upgradeCommand = withCenter<SomeHosts & Changing>(async (center, options, context, ...names) => {
  const scope = await scopeOf(center, options, names)
  const preview = await center.client.previewUpgrade({ body: { scope } })
  if (!context.json) {
    for (const { host, from = '', to, hindrance } of preview.items)
      context.page.text(
        to === undefined
          ? said`${host.name}: stays ${from}: ${hindrance === undefined ? '' : hindrances[hindrance]}`
          : said`${host.name}: ${from} becomes ${to.version}`,
      )
    if (preview.approvalsNeeded > 0) context.page.text('Waits for the approval of somebody else.')
  }
  const hosts = preview.items.flatMap(({ host, to }) =>
    to === undefined ? [] : [{ host: host.id, sha256: to.sha256 }],
  )
  if (hosts.length === 0 || (context.json && options.yes !== true)) {
    if (context.json) context.print(preview)
    return exitCodes.left
  }
  if (!(await sure(options, context, `Upgrade ${count(hosts.length, 'agent')}?`))) return exitCodes.left
  const started = await center.client.upgradeAgents({ body: { hosts } })
  if (!context.json) {
    context.page.text(`Asked ${count(started.hosts, 'agent')} to upgrade: task ${started.task}.`)
    for (const one of started.refused) context.page.text(`${one.host}: ${plain(one.reason)}`, 2, '- ')
  }
  return ordered(center, started, options, context, started.refused.length > 0)
})
