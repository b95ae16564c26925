import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import type { Plugin, UserConfig } from 'vite'
import { allRoutes, type RouteContract } from '../model/api/index.ts'

const root = import.meta.dirname

// biome-ignore lint/style/noDefaultExport: Vite reads the default export.
export default {
  root,
  plugins: [react(), onlyWhatIsCalled()],
  build: {
    outDir: process.env['DAVYLAMP_CONSOLE'] ?? join(root, '..', 'dist', 'console'),
    emptyOutDir: true,
    target: 'es2023',
    manifest: 'manifest.json',
    license: { fileName: 'licences.md' },
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      treeshake: {
        // Or the first page would bring along whatever the doors of these folders export.
        moduleSideEffects: id => !/\/(?:console\/(?:parts|people|center|session)|model|client)\/.*\.tsx?$/.test(id),
      },
    },
  },
} satisfies UserConfig

/**
 * Of the contract a page that calls functions needs their addresses, not the schemas of what goes in and out (40 kB of the first page).
 */
function onlyWhatIsCalled(): Plugin {
  const name = '\0routes'
  return {
    name: 'davylamp-routes',
    enforce: 'pre',
    resolveId: (source, importer = '') =>
      importer.endsWith('/client/api-client.ts') && source.endsWith('/model/api/index.ts') ? name : undefined,
    load: id => (id === name ? `export const allRoutes = ${JSON.stringify(addresses())}` : undefined),
  }
}

function addresses(): unknown {
  return Object.fromEntries(
    Object.entries<RouteContract>(allRoutes).map(([name, { method, path, needs, raw, answer }]) => [
      name,
      { method, path, needs, raw, answer: answer === undefined ? undefined : {} },
    ]),
  )
}
