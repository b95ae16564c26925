import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import MarkdownIt from 'markdown-it'

/**
 * The documentation as pages that the console's help opens: name below the console's folder → HTML. Nothing in them runs, and their
 * style is one file of our own.
 */
export function documentationPages(root: string): ReadonlyMap<string, string | Buffer> {
  const markdown = new MarkdownIt({ html: false, linkify: false })
  markdown.renderer.rules['heading_open'] = (tokens, index, options, _env, self) => {
    const text = tokens[index + 1]?.content ?? ''
    tokens[index]?.attrSet('id', anchorOf(text))
    return self.renderToken(tokens, index, options)
  }
  const pages = new Map<string, string | Buffer>()
  const files = ['CHANGELOG.md', ...globSync('docs/**/*.md', { cwd: root })].sort()
  const names = new Set(files.map(nameOf))
  for (const file of files) {
    const text = readFileSync(join(root, file), 'utf8')
    const name = nameOf(file)
    const title = /^# (.*)$/m.exec(text)?.[1] ?? basename(name)
    const html = markdown.render(text)
    pages.set(`${name}.html`, pageOf(title, linked(html, name, names)))
    for (const [, source = ''] of html.matchAll(/<img src="([^":]+)"/g)) {
      const picture = join(dirname(name), source)
      pages.set(picture, readFileSync(join(root, picture)))
    }
  }
  pages.set('docs/index.html', pageOf('Documentation', listOf(names)))
  pages.set('docs/style.css', style)
  return pages
}

/** As GitHub makes them, so that links between pages hold in both places. */
function anchorOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}

function nameOf(file: string): string {
  return file === 'CHANGELOG.md' ? 'docs/changelog' : file.replace(/\.md$/, '')
}

/** Links between pages lose their ending; those to what only the repository has become plain text. */
function linked(html: string, name: string, names: ReadonlySet<string>): string {
  return html.replace(
    /<a href="(?!https?:|#)([^"#]*)(#[^"]*)?">(.*?)<\/a>/gs,
    (_, path: string, hash = '', text = '') => {
      const target = path.replace(/\.md$/, '')
      return names.has(join(dirname(name), target)) ? `<a href="${target}${hash}">${text}</a>` : text
    },
  )
}

function listOf(names: ReadonlySet<string>): string {
  const items = [...names].map(name => `<li><a href="/${name}">${name.replace(/^docs\//, '')}</a></li>`)
  return `<h1>Documentation</h1>\n<ul>\n${items.join('\n')}\n</ul>`
}

function pageOf(title: string, body: string): string {
  const plain = title.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${plain} · Davylamp</title>
<link rel="icon" href="/lamp.svg" type="image/svg+xml">
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<nav aria-label="Documentation"><a href="/docs/index">Documentation</a> · <a href="/">Console</a></nav>
<main>
${body}
</main>
</body>
</html>
`
}

const style = `body { font: 16px/1.6 system-ui, sans-serif; max-width: 50rem; margin: 0 auto; padding: 1rem; color: #1f2328; background: #fff }
a { color: #0b5cad }
pre { overflow-x: auto; padding: 0.75rem; background: #f3f4f6; border-radius: 4px }
code { font: 0.9em ui-monospace, monospace }
table { border-collapse: collapse; display: block; overflow-x: auto }
th, td { border: 1px solid #c9ced4; padding: 0.3rem 0.6rem; text-align: left; vertical-align: top }
main { overflow-wrap: anywhere }
table { max-width: 100%; overflow-wrap: normal }
img { max-width: 100%; border: 1px solid #c9ced4; border-radius: 4px }
@media (prefers-color-scheme: dark) {
  body { color: #dee2e6; background: #1a1b1e }
  a { color: #74b5f5 }
  pre { background: #25262b }
  th, td { border-color: #444a52 }
}
`
