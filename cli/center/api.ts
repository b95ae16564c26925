import { z } from 'zod'
import type { ApiClient } from '../../client/index.ts'
import { allRoutes, type RouteContract } from '../../model/api/index.ts'
import { CommandError } from '../command-error.ts'
import type { Context } from '../context.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { calledAs } from '../program-name.ts'
import { withCenter } from './connect.ts'
import { documentOf } from './document-file.ts'
import { plain } from './show.ts'

/** Lists the functions of the API; needs no center. */
export async function listCommand(_: object, context: Context): Promise<ExitCode> {
  const functions = Object.entries<RouteContract>(allRoutes).map(([name, { method, path, needs, summary }]) => ({
    name,
    method,
    path: `/api/v1${path}`,
    needs,
    summary,
  }))
  if (context.json) context.print({ items: functions })
  else
    context.page.table(
      functions.map(one => [one.name, one.method, one.path, one.summary]),
      0,
    )
  return exitCodes.fine
}

/** Calls one function of the API as it is: what scripts need and no other command has. */
export const callCommand = withCenter<{ body?: string }>(async ({ client }, options, context, name = '', ...pairs) => {
  const route: RouteContract | undefined = Object.hasOwn(allRoutes, name)
    ? allRoutes[name as keyof typeof allRoutes]
    : undefined
  if (route === undefined || route.raw !== undefined)
    throw new CommandError(`the API has no function ${name} that can be called so: ${calledAs} api list shows them`)
  const given = new Map(pairs.map(pairOf))
  const wanted = [...route.path.matchAll(/:(\w+)/g)].map(([, one = '']) => one)
  const lacking = wanted.find(one => !given.has(one))
  if (lacking !== undefined) throw new CommandError(`${name} needs ${wanted.map(one => `${one}=…`).join(' ')}`)
  if (route.body !== undefined && options.body === undefined && route.method !== 'POST')
    throw new CommandError(`${name} needs --body FILE`)
  const body =
    options.body === undefined
      ? route.body === undefined
        ? undefined
        : {}
      : await documentOf(z.unknown(), options.body)
  const call: (given: unknown) => Promise<unknown> = client[name as keyof ApiClient] as never
  const answer = await call({
    params: Object.fromEntries(wanted.map(one => [one, given.get(one)])),
    query: Object.fromEntries([...given].filter(([key]) => !wanted.includes(key))),
    ...(body === undefined ? {} : { body }),
  })
  if (context.json) context.print(answer ?? null)
  else if (answer !== undefined)
    for (const line of JSON.stringify(answer, undefined, 2).split('\n')) context.page.line(plain(line))
})

function pairOf(text: string): [string, string] {
  const at = text.indexOf('=')
  if (at < 1) throw new CommandError(`write ${text} as NAME=VALUE`)
  return [text.slice(0, at), text.slice(at + 1)]
}
