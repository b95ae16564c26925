import { packStages } from '../../model/api/index.ts'
import { CommandError } from '../command-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { calledAs } from '../program-name.ts'
import type { ApiClient } from '../../client/index.ts'
import { withCenter } from './connect.ts'
import { textOf } from './document-file.ts'
import { sure } from './sure.ts'
import { isId, oneOf } from './names.ts'
import { plain, said, showDone, showList, when } from './show.ts'

export const listCommand = withCenter<object>(async ({ client }, _, context) => {
  showList(
    context,
    await client.listPacks(),
    [
      ['name', one => one.name],
      ['version', one => one.version],
      ['stage', one => one.stage],
      ['rules', one => one.rules],
      ['by', one => one.createdBy],
      ['at', one => when(one.createdAt)],
      ['id', one => one.id],
    ],
    'No rule packs were made here.',
  )
})

export const uploadCommand = withCenter<object>(async ({ client }, _, context, name = '', ...files) => {
  const texts: string[] = []
  for (const file of files) texts.push(await textOf(file))
  const pack = await client.uploadPack({ body: { name, documents: texts.join('\n---\n') } })
  showDone(
    context,
    pack,
    `${pack.name} version ${pack.version} with ${pack.rules} rules is kept as a draft. No host has it yet: ${calledAs} packs stage ${pack.name} canary`,
  )
})

const stageWords = {
  draft: 'no host',
  canary: 'one host in twenty',
  half: 'half of the hosts',
  all: 'all hosts',
  withdrawn: 'no host any more',
} as const

export const stageCommand = withCenter<{ yes?: boolean; versionNumber?: number }>(
  async ({ client }, options, context, text = '', stageText = '') => {
    const stage = oneOf('The stage', stageText, packStages)
    const pack = await packOf(client, text, options.versionNumber)
    if (!(await sure(options, context, `Give ${plain(pack.name)} version ${pack.version} to ${stageWords[stage]}?`)))
      return exitCodes.left
    const staged = await client.stagePack({ params: { pack: pack.id }, body: { stage } })
    showDone(context, staged, said`${staged.name} version ${staged.version}: ${stageWords[stage]}.`)
    return exitCodes.fine
  },
)

/** By id, or the newest version of a name. */
async function packOf(client: ApiClient, text: string, version: number | undefined) {
  const { items } = await client.listPacks()
  const found = items
    .filter(
      one => (isId(text) ? one.id === text : one.name === text) && (version === undefined || one.version === version),
    )
    .toSorted((a, b) => b.version - a.version)[0]
  if (found === undefined)
    throw new CommandError(`there is no such rule pack ${text}: ${calledAs} packs list shows them`)
  return found
}
