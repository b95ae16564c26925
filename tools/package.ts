import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { makePackage } from './make-package.ts'

// `npm run package [-- --center]`
const root = resolve(import.meta.dirname, '..')
const path = makePackage(root, resolve(root, 'dist'), { center: process.argv.includes('--center') })
const bytes = readFileSync(path)
console.log(`${path} (${(bytes.length / 1e6).toFixed(1)} MB)`)
console.log(`sha256 ${createHash('sha256').update(bytes).digest('hex')}`)
