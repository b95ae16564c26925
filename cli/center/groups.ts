import { stringify } from 'yaml'
import { hostRoutes } from '../../model/api/index.ts'
import { CommandError } from '../command-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { withCenter } from './connect.ts'
import { documentOf } from './document-file.ts'
import { sure } from './sure.ts'
import { groupOf } from './names.ts'
import { plain, said, showDone, showList } from './show.ts'

export const listCommand = withCenter<object>(async ({ client }, _, context) => {
  const found = await client.listGroups()
  const names = new Map(found.items.map(one => [one.id, one.name]))
  showList(
    context,
    found,
    [
      ['name', one => one.name],
      ['below', one => names.get(one.parent ?? '')],
      ['hosts', one => one.hosts],
      [
        'policy',
        one =>
          one.policy === undefined
            ? one.parent === undefined
              ? 'what is built in'
              : 'of the group above'
            : `its own, version ${one.policyVersion}`,
      ],
      ['id', one => one.id],
    ],
    'There are no groups that you may see.',
  )
})

export const addCommand = withCenter<{ below?: string }>(async ({ client }, options, context, name = '') => {
  const parent = options.below === undefined ? undefined : await groupOf(client, options.below)
  const made = await client.createGroup({ body: { name, ...(parent === undefined ? {} : { parent }) } })
  showDone(context, made, said`The group ${made.name} is there: ${made.id}`)
})

export const setCommand = withCenter<{ name?: string; below?: string }>(
  async ({ client }, options, context, text = '') => {
    if (options.name === undefined && options.below === undefined)
      throw new CommandError('say what to change: --name or --below')
    const body = {
      ...(options.name === undefined ? {} : { name: options.name }),
      ...(options.below === undefined ? {} : { parent: await groupOf(client, options.below) }),
    }
    const group = await client.updateGroup({ params: { group: await groupOf(client, text) }, body })
    showDone(context, group, said`The group is called ${group.name}.`)
  },
)

export const removeCommand = withCenter<{ yes?: boolean }>(async ({ client }, options, context, text = '') => {
  const group = await groupOf(client, text)
  if (!(await sure(options, context, `Remove the group ${plain(text)}?`))) return exitCodes.left
  await client.deleteGroup({ params: { group } })
  showDone(context, { removed: group }, said`The group ${text} is gone.`)
  return exitCodes.fine
})

export const policyCommand = withCenter<object>(async ({ client }, _, context, text = '') => {
  const id = await groupOf(client, text)
  const { items } = await client.listGroups()
  let group = items.find(one => one.id === id)
  if (group === undefined) throw new CommandError(`there is no group ${text} that you may see`)
  while (group.policy === undefined) {
    const above = items.find(one => one.id === group?.parent)
    if (above === undefined) break
    group = above
  }
  const { policy } = group
  if (context.json) return context.print({ of: { id: group.id, name: group.name }, policy: policy ?? null })
  if (policy === undefined)
    return context.page.text(
      'Neither this group nor one above it that you may see has a policy: what is built in holds.',
    )
  const { version, ...rest } = policy
  context.page.text(said`# of the group ${group.name}, version ${version}`)
  for (const line of stringify(rest).trimEnd().split('\n')) context.page.line(plain(line))
})

const policySchema = hostRoutes.updateGroup.body.shape.policy.unwrap().unwrap()

export const setPolicyCommand = withCenter<{ inherit?: boolean }>(
  async ({ client }, options, context, text = '', file?: string) => {
    if ((file === undefined) === (options.inherit !== true))
      throw new CommandError(
        'say which policy: a FILE (YAML or JSON; groups policy prints one), or --inherit for that of the group above',
      )
    const policy = file === undefined ? null : await documentOf(policySchema, file)
    const group = await client.updateGroup({ params: { group: await groupOf(client, text) }, body: { policy } })
    showDone(
      context,
      group,
      said`${group.name} has ${policy === null ? 'the policy of the group above' : `policy version ${group.policyVersion}`}. Agents apply it as far as their own agent.yml allows.`,
    )
  },
)
