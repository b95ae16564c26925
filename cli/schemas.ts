import { z } from 'zod'
import { documents } from './documents.ts'

/** JSON Schemas (draft 2020-12) of all documents, as docs/schemas keeps them: file name → text. */
export function schemaFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  for (const [name, document] of Object.entries(documents)) {
    // As input: unknown fields are fine for a reader, so that a newer program may add some.
    const schema = z.toJSONSchema(document, { io: 'input', reused: 'ref' })
    files.set(`${name}.json`, `${JSON.stringify({ title: `davylamp ${name}`, ...schema }, null, 2)}\n`)
  }
  return files
}
