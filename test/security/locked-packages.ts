import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'

export const root = resolve(import.meta.dirname, '../..')

const versions = z.record(z.string(), z.string())

const locked = z.object({
  version: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  link: z.boolean().optional(),
  dev: z.boolean().optional(),
  optional: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
  license: z.string().optional(),
  dependencies: versions.optional(),
  devDependencies: versions.optional(),
  optionalDependencies: versions.optional(),
  deprecated: z.string().optional(),
})

export interface LockedPackage extends z.infer<typeof locked> {
  /** `@fastify/cookie`, wherever it lies. */
  readonly name: string
  /** `node_modules/a/node_modules/b`. */
  readonly path: string
}

const lockFile = z.object({ lockfileVersion: z.number(), packages: z.record(z.string(), locked) })

/** What package-lock.json names, without the project itself. */
export function lockedPackages(): LockedPackage[] {
  return Object.entries(readLock().packages)
    .filter(([path]) => path !== '')
    .map(([path, one]) => ({ ...one, path, name: path.slice(path.lastIndexOf('node_modules/') + 13) }))
}

export function readLock(): z.infer<typeof lockFile> {
  return lockFile.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')))
}

const about = z.object({
  dependencies: versions,
  devDependencies: versions,
  optionalDependencies: versions,
  scarfSettings: z.object({ enabled: z.boolean() }).optional(),
})

export function readAbout(): z.infer<typeof about> {
  return about.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
}
