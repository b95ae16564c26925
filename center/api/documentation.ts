import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import type { RouteTable } from '../../model/api/index.ts'
import { openApiDocument } from './openapi.ts'
import { apiPrefix } from './register-routes.ts'

/** The API's description for programs, and a page that people read it with. Both are open: the source is. */
export function serveDocumentation(app: FastifyInstance, table: RouteTable): void {
  const document = JSON.stringify(openApiDocument(table))
  app.get(`${apiPrefix}/openapi.json`, async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(document),
  )
  app.get('/api', async (_request, reply) => reply.redirect('/api/', 308))
  app.get('/api/', async (_request, reply) => reply.type('text/html; charset=utf-8').send(page))
  app.get('/api/page.js', async (_request, reply) => reply.type('text/javascript; charset=utf-8').send(script))
  app.get('/api/page.css', async (_request, reply) => reply.type('text/css; charset=utf-8').send(style))
  const folder = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')))
  for (const [name, type] of files) {
    let content: Buffer | undefined
    app.get(`/api/${name}`, async (_request, reply) => {
      content ??= readFileSync(join(folder, name))
      return reply.type(type).header('cache-control', 'public, max-age=86400').send(content)
    })
  }
}

const files = [
  ['swagger-ui.css', 'text/css; charset=utf-8'],
  ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
  ['favicon-32x32.png', 'image/png'],
] as const

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Davylamp API</title>
<link rel="icon" type="image/png" href="favicon-32x32.png">
<link rel="stylesheet" href="swagger-ui.css">
<link rel="stylesheet" href="page.css">
</head>
<body>
<div id="api"></div>
<noscript>This page needs JavaScript. The document itself is at /api/v1/openapi.json.</noscript>
<script src="swagger-ui-bundle.js"></script>
<script src="page.js"></script>
</body>
</html>
`

/** Changes that are tried out from the page carry the session's token, when the console has left it in this tab. */
const script = `SwaggerUIBundle({
  url: 'v1/openapi.json',
  dom_id: '#api',
  deepLinking: true,
  docExpansion: 'none',
  filter: true,
  displayOperationId: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
  requestInterceptor: request => {
    const token = sessionStorage.getItem('csrf')
    if (token) request.headers['X-CSRF-Token'] = token
    return request
  },
})
`

const style = `html { background: #fff }
body { margin: 0 }
`
