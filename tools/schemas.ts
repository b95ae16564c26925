import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { schemaFiles } from '../cli/schemas.ts'

// Writes docs/schemas anew from the words of model/ and cli/documents.ts. A test says when that is due.
const folder = join(import.meta.dirname, '..', 'docs', 'schemas')
mkdirSync(folder, { recursive: true })
for (const [name, text] of schemaFiles()) writeFileSync(join(folder, name), text)
