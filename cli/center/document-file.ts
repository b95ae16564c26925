import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { CommandError } from '../command-error.ts'
import { inputLines } from './terminal.ts'

/** The text of a file that was named; `-` is standard input. Throws `CommandError`. */
export async function textOf(path: string): Promise<string> {
  if (path === '-') return (await inputLines()).join('\n')
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new CommandError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** A document that a person wrote, in YAML or JSON, checked before it is sent; each mistake is named with its place. */
export async function documentOf<S extends z.ZodType>(schema: S, path: string): Promise<z.output<S>> {
  const text = await textOf(path)
  const parsed = schema.safeParse(parsedYaml(text, path))
  if (parsed.success) return parsed.data
  throw new CommandError(`${path} is not what the center takes:\n${z.prettifyError(parsed.error)}`)
}

function parsedYaml(text: string, path: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100 })
  } catch (error) {
    throw new CommandError(
      `${path} is neither YAML nor JSON: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
