import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { documentationPages } from './documentation-pages.ts'
import { replaceFolder } from './replace-folder.ts'

// Builds the console into dist/console when its sources have changed since: `node tools/build-console.ts [FOLDER]`.
const root = dirname(import.meta.dirname)
const into = process.argv[2] ?? join(root, 'dist', 'console')
const stamp = join(into, '.sources')
const sources = digestOf([
  ...globSync('{console,model,client,docs}/**/*.{ts,tsx,css,json,html,svg,js,md,png,webp}', { cwd: root }),
  'package-lock.json',
  'CHANGELOG.md',
  'tools/build-console.ts',
  'tools/documentation-pages.ts',
])
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== sources) await replaceFolder(into, build)

async function build(making: string): Promise<void> {
  console.error('Building the console …')
  process.env['DAVYLAMP_CONSOLE'] = making
  process.env['NODE_ENV'] = 'production'
  const { build } = await import('vite')
  await build({ configFile: join(root, 'console', 'vite.config.ts'), logLevel: 'warn' })
  for (const [name, page] of documentationPages(root)) {
    mkdirSync(dirname(join(making, name)), { recursive: true })
    writeFileSync(join(making, name), page)
  }
  for (const file of globSync('**/*', { cwd: making, withFileTypes: true }))
    if (file.isFile() && ['.js', '.css', '.svg', '.html'].includes(extname(file.name)) && file.name !== 'index.html')
      pack(join(file.parentPath, file.name))
  writeFileSync(join(making, '.sources'), sources)
}

function pack(file: string): void {
  const plain = readFileSync(file)
  if (plain.byteLength < 1_000) return
  const params = { [constants.BROTLI_PARAM_QUALITY]: basename(file).endsWith('.js') ? 9 : 10 }
  writeFileSync(`${file}.br`, brotliCompressSync(plain, { params }))
}

function digestOf(files: readonly string[]): string {
  const digest = createHash('sha256')
  for (const file of files.toSorted()) digest.update(`${file}\0`).update(readFileSync(join(root, file)))
  return digest.digest('hex')
}
