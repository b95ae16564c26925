import { join } from 'node:path'
import { prepareRuntime } from './own-runtime.ts'

// Run by `tools/bootstrap.mjs` before every command; takes milliseconds when there is nothing to do.
const root = join(import.meta.dirname, '..')
prepareRuntime(
  join(root, 'dist', 'runtime'),
  join(root, 'node_modules', `node-linux-${process.arch === 'arm64' ? 'arm64' : 'x64'}`, 'bin', 'node'),
)
