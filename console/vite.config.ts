import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import type { UserConfig } from 'vite'

const root = import.meta.dirname

// biome-ignore lint/style/noDefaultExport: Vite reads the default export.
export default {
  root,
  plugins: [react()],
  build: {
    outDir: process.env['DAVYLAMP_CONSOLE'] ?? join(root, '..', 'dist', 'console'),
    emptyOutDir: true,
    target: 'es2023',
    manifest: 'manifest.json',
    license: { fileName: 'licences.md' },
    chunkSizeWarningLimit: 700,
  },
} satisfies UserConfig
