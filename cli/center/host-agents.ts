import { exitCodes } from '../exit-codes.ts'
import { withCenter } from './connect.ts'
import { groupOf, hostOf, idOf, maybeOneOf } from './names.ts'
import { type ListOptions, plain, said, showDone, showOne, showPages, when } from './show.ts'
import { sure } from './sure.ts'

export const agentsCommand = withCenter<ListOptions & { is?: string; group?: string; tampered?: boolean }>(
  async ({ client }, options, context) => {
    const state = maybeOneOf('--is', options.is, ['active', 'pending', 'revoked', 'replaced'])
    const group = options.group === undefined ? undefined : await groupOf(client, options.group)
    const tampered = options.tampered === true ? 'true' : undefined
    await showPages(
      context,
      options,
      paging => client.listAgents({ query: { state, group, tampered, ...paging } }),
      [
        ['host', one => one.host.name],
        [
          'presence',
          one => (one.online ? 'online' : `offline${one.offlineReason === undefined ? '' : `: ${one.offlineReason}`}`),
        ],
        ['program', one => one.program],
        ['memory', one => (one.health === undefined ? '' : `${Math.round(one.health.residentBytes / 1_048_576)} MiB`)],
        ['waiting', one => one.health?.spool.items],
        ['tampered with', one => when(one.tamperedAt)],
        ['id', one => one.id],
      ],
      'There are no such agents.',
    )
  },
)

export const agentCommand = withCenter<object>(async ({ client }, _, context, id = '') => {
  const agent = await client.getAgent({ params: { agent: idOf(id, 'an agent', 'hosts agents') } })
  showOne(context, agent, [
    ['agent', agent.id],
    ['host', agent.host.name],
    ['state', agent.state],
    ['presence', agent.online ? 'online' : 'offline'],
    ['program', agent.program],
    ['can do', agent.capabilities.join(', ')],
    ['enrolled', when(agent.enrolledAt)],
    ['certificate until', when(agent.certificateEnds)],
    ['revoked', agent.revokedBecause],
  ])
})

export const revokeAgentCommand = withCenter<{ yes?: boolean; because: string }>(
  async ({ client }, options, context, name = '') => {
    const agent = await client.getHostAgent({ params: { host: await hostOf(client, name) } })
    if (
      !(await sure(
        options,
        context,
        `Revoke the agent of ${plain(agent.host.name)}? It is cut off at once and joins again only with a new token.`,
      ))
    )
      return exitCodes.left
    const revoked = await client.revokeAgent({ params: { agent: agent.id }, body: { because: options.because } })
    showDone(context, revoked, said`The agent of ${agent.host.name} is revoked.`)
    return exitCodes.fine
  },
)
