import { randomBytes } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Answers a request for something of the console; false: it is for none. */
export type AnswerPage = (request: FastifyRequest, reply: FastifyReply) => boolean

interface Asset {
  readonly type: string
  readonly plain: Buffer
  /** Made with the console (tools/build-console.ts). */
  readonly brotli: Buffer | undefined
}

/**
 * The built console: `folder` has its index.html, assets with a hash in their names, and the documentation. All of it is kept in
 * memory (about 2 MB). Addresses that are no file are the console's own: they get index.html.
 */
export function consolePages(folder: string): AnswerPage {
  const assets = new Map(
    globSync('**/*', { cwd: folder, withFileTypes: true })
      .filter(entry => entry.isFile() && extname(entry.name) in types)
      .map(entry => join(entry.parentPath, entry.name))
      .map(file => [`/${file.slice(folder.length + 1)}`, assetOf(file)]),
  )
  const page = assets.get('/index.html')?.plain.toString()
  if (page === undefined) throw new Error(`${folder} has no index.html: the console was not built`)
  assets.delete('/index.html')
  return (request, reply) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return false
    const path = request.url.split('?')[0] ?? ''
    const asset = assets.get(path) ?? assets.get(`${path}.html`)
    if (asset !== undefined) sendAsset(asset, path, request, reply)
    else if (isPage(path, request)) sendPage(page, reply)
    else return false
    return true
  }
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}

function assetOf(file: string): Asset {
  const brotli = existsSync(`${file}.br`) ? readFileSync(`${file}.br`) : undefined
  return { type: types[extname(file)] ?? 'application/octet-stream', plain: readFileSync(file), brotli }
}

/** What a browser goes to, not what a program or a page asks for. */
function isPage(path: string, { headers }: FastifyRequest): boolean {
  return !/^\/(?:api|assets|docs)(?:\/|$)/.test(path) && headers.accept?.includes('text/html') === true
}

function sendAsset(asset: Asset, path: string, { headers, method }: FastifyRequest, reply: FastifyReply): void {
  const packed = asset.brotli !== undefined && /\bbr\b/.test(String(headers['accept-encoding'] ?? ''))
  const content = packed ? (asset.brotli ?? asset.plain) : asset.plain
  if (packed) reply.header('content-encoding', 'br')
  if (asset.brotli !== undefined) reply.header('vary', 'accept-encoding')
  // Names below /assets/ change with their content.
  reply.header('cache-control', path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
  reply.type(asset.type).header('content-length', content.byteLength)
  reply.send(method === 'HEAD' ? null : content)
}

/** The library for components makes style elements as it goes: only those that carry this page's own nonce are applied. */
function sendPage(page: string, reply: FastifyReply): void {
  const nonce = randomBytes(16).toString('base64')
  reply.header('content-security-policy', policy(nonce))
  reply.header('cache-control', 'no-store')
  reply.type('text/html; charset=utf-8')
  reply.send(page.replace('name="csp-nonce" content=""', `name="csp-nonce" content="${nonce}"`))
}

/** No inline script, nothing of anybody else; reports and mails are shown in frames of our own making (`srcdoc`, sandboxed). */
function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join(';')
}
