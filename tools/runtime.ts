import { join } from 'node:path'
import { nodeOf, ownOrigin } from './origin.ts'
import { prepareRuntime } from './own-runtime.ts'

// Run by `tools/bootstrap.mjs` before every command; takes milliseconds when there is nothing to do.
const root = join(import.meta.dirname, '..')
prepareRuntime(join(root, 'dist', 'runtime'), nodeOf(ownOrigin(root)))
