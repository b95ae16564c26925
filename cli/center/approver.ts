import { stringify } from 'yaml'
import { canAsk } from '../ask.ts'
import { CommandError } from '../command-error.ts'
import type { Context } from '../context.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { calledAs } from '../program-name.ts'
import { type ApproverKey, pinned, publicKeyOf, readKey, signed, writeNewKey } from './approver-key.ts'
import { withCenter } from './connect.ts'
import { named } from './names.ts'
import { plain, said, showDone, showList, when } from './show.ts'
import { askSecret } from './terminal.ts'

interface KeyOptions {
  readonly name?: string
  readonly passphrase?: boolean
}

/** Makes a key. Needs no center: it may be made, and kept, on a machine that has no network. */
export async function newKeyCommand(
  options: KeyOptions & { name: string },
  context: Context,
  path: string,
): Promise<ExitCode> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._@ -]{0,99}$/.test(options.name))
    throw new CommandError('--name takes letters, digits, spaces and . _ @ - only')
  const key = writeNewKey(path, options.name, options.passphrase === false || context.json ? '' : await newPassphrase())
  tellKey(options.name, key, context)
  if (!context.json)
    context.notes.text(`The key is in ${path}. Let the center know it too: ${calledAs} approver register ${path}`)
  return exitCodes.fine
}

async function newPassphrase(): Promise<string> {
  if (!canAsk())
    throw new CommandError(
      'there is no terminal to ask for a passphrase: say --no-passphrase to make a key without one',
    )
  const one = await askSecret('Passphrase for the key (empty: none)')
  if (one !== '' && one !== (await askSecret('Once more'))) throw new CommandError('they differ: no key was made')
  return one
}

/** The public half of a key, again. */
export async function keyCommand(options: KeyOptions, context: Context, path: string): Promise<ExitCode> {
  const key = await readKey(path)
  tellKey(nameOf(options, key, path), key, context)
  return exitCodes.fine
}

export function nameOf({ name }: KeyOptions, key: ApproverKey, path: string): string {
  const found = name ?? key.name
  if (found === undefined) throw new CommandError(`${path} does not say whose key it is: --name NAME, as hosts pin it`)
  return found
}

function tellKey(name: string, key: ApproverKey, context: Context): void {
  const approver = pinned(name, key)
  if (context.json) return context.print(approver)
  context.page.text('For /etc/davylamp/agent.yml of each host that is to believe it:')
  context.page.line()
  for (const line of stringify({ orders: { approvers: [approver] } })
    .trimEnd()
    .split('\n'))
    context.page.line(plain(line))
}

export const registerCommand = withCenter<KeyOptions>(async ({ client, center }, options, context, path = '') => {
  if (center.session === undefined)
    throw new CommandError(
      `a key is registered by a person, not by a token: ${calledAs} login ${center.address} --user NAME`,
      exitCodes.notPermitted,
    )
  const key = await readKey(path)
  const name = nameOf(options, key, path)
  const spki = publicKeyOf(key)
  const signature = signed(key, { format: 'davylamp-approver-key', key: spki, name })
  const made = await client.registerApproverKey({ body: { kind: 'ed25519', name, key: spki, signature } })
  showDone(
    context,
    made,
    said`The center knows the key ${made.name} now. Hosts believe it once it is in their agent.yml: ${calledAs} approver key ${path}`,
  )
})

export const listCommand = withCenter<object>(async ({ client }, _, context) => {
  showList(
    context,
    await client.listApproverKeys(),
    [
      ['name', one => one.name],
      ['user', one => one.user],
      ['kind', one => one.kind],
      ['since', one => when(one.createdAt)],
      ['id', one => one.id],
    ],
    'Nobody has registered a key for approvals.',
  )
})

export const revokeCommand = withCenter<object>(async ({ client }, _, context, name = '') => {
  const { items } = await client.listApproverKeys()
  const key = named(items, name, 'key', 'approver list')
  await client.revokeApproverKey({ params: { key } })
  showDone(
    context,
    { revoked: key },
    said`The center believes ${name} no more. Take it out of agent.yml on the hosts as well.`,
  )
})
