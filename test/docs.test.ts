import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { test } from 'node:test'

const root = resolve(import.meta.dirname, '..')
const pages = globSync('**/*.md', {
  cwd: root,
  exclude: path => /(^|\/)(node_modules|dist|\.cache|\.git)(\/|$)/.test(path),
}).sort()

/** What would be true on one machine only, or is a promise to oneself. */
const unwanted: readonly (readonly [string, RegExp])[] = [
  ['a path of a machine of ours', /(^|[\s(`'"])\/(work|home)\/|\.\.\/shared\b/],
  ['the host of a registry', /registry\.(npmjs|npmmirror)|https?:\/\/[^\s)]*(registry|mirror|proxy)[^\s)]*/i],
  ['a note to oneself', /\b(TODO|FIXME|XXX)\b/],
]

test('the index in docs/ names every page there', () => {
  const named = new Set(linksOf('docs/README.md').map(link => link.file))
  const own = pages.filter(page => page.startsWith('docs/') && page !== 'docs/README.md')
  assert.deepEqual(
    own.filter(page => !named.has(page)),
    [],
  )
})

for (const page of pages) {
  test(`${page}: links lead somewhere`, () => {
    const lost = linksOf(page).filter(({ file, part }) => !existsSync(join(root, file)) || !holds(file, part))
    assert.deepEqual(
      lost.map(({ file, part }) => `${file}#${part}`),
      [],
    )
  })

  test(`${page}: holds only what is true everywhere`, () => {
    const text = readFileSync(join(root, page), 'utf8')
    assert.deepEqual(
      unwanted.filter(([, pattern]) => pattern.test(text)).map(([what]) => what),
      [],
    )
  })
}

/** Links inside the repository, Markdown's and those of HTML in it, with the heading that they name. */
function linksOf(page: string): { readonly file: string; readonly part: string }[] {
  const text = readFileSync(join(root, page), 'utf8').replace(/```[\s\S]*?```/g, '')
  return [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|href|srcset)="([^"]+)"/g)].flatMap(found => {
    const link = found[1] ?? found[2] ?? ''
    if (/^[a-z]+:/.test(link)) return []
    const [path = '', part = ''] = link.split('#')
    return [{ file: path === '' ? page : join(dirname(page), path), part }]
  })
}

function holds(file: string, part: string): boolean {
  if (part === '') return true
  const headings = readFileSync(join(root, file), 'utf8').matchAll(/^#+ (.+)$/gm)
  return [...headings].some(([, title = '']) => anchorOf(title) === part)
}

function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}
