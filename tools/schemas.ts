import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { schemaFiles } from '../cli/schemas.ts'

// Writes docs/schemas anew from the words of model/ and cli/documents.ts. A test says when that is due.
const root = join(import.meta.dirname, '..')
const folder = join(root, 'docs', 'schemas')
mkdirSync(folder, { recursive: true })
for (const [name, text] of schemaFiles()) writeFileSync(join(folder, name), text)
execFileSync(join(root, 'node_modules', '.bin', 'biome'), ['format', '--write', folder], { stdio: 'ignore' })
