import { rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Contents, hostContents, makeCenterPackage, writeArchive, writeWhole } from './make-package.ts'
import { architectures, type Architecture, type Origin, ownArchitecture, ownOrigin } from './origin.ts'
import { writeChecksums } from './packaging/checksums.ts'
import { debOf } from './packaging/deb.ts'
import { CannotFetch, foreignOrigin } from './packaging/foreign-origin.ts'
import { rpmOf } from './packaging/rpm.ts'
import { sbomOf } from './packaging/sbom.ts'
import { NoCompiler, singleOf } from './packaging/single.ts'

// `npm run package [-- OPTIONS]`
const root = resolve(import.meta.dirname, '..')

const help = `npm run package [-- OPTIONS]

Makes what hosts install, and SHA256SUMS beside it. The same sources on the same machine give the same bytes;
SOURCE_DATE_EPOCH sets the time that all files bear.

  --out DIR            where to write it (default: dist)
  --only LIST          of tar, single, deb, rpm, sbom those that are named, such as deb,rpm
  --architecture ARCH  x64, arm64 or all (default: this machine's)
  --center             the archive of a center for this machine instead, which hands out those for hosts of ARCH
  --key FILE           release key (tools/release-sign.ts make-key): sign SHA256SUMS too
  --help               this text

  tar     davylamp-VERSION-linux-ARCH.tar.gz: unpack and run; what a center hands out
  single  davylamp-VERSION-linux-ARCH: one file, which unpacks itself once. Needs gcc or clang
  deb     Debian, Ubuntu and those made from them
  rpm     Red Hat, Fedora, SUSE and those made from them
  sbom    what of others is inside (CycloneDX 1.6)

For another processor than this machine's the runtime is fetched with npm and the libraries with apt, from the
repositories that apt knows here; nothing is installed. single then needs gcc for that processor, or clang and lld.

Examples:
  npm run package
  npm run package -- --architecture all
  npm run package -- --only deb --out /srv/packages
`

const makers: Readonly<Record<string, (contents: Contents, into: string) => Promise<string>>> = {
  tar: async (contents, into) => writeArchive(contents, into),
  single: async (contents, into) => written(singleOf(contents), into, 0o755),
  deb: async (contents, into) => written(await debOf(contents), into),
  rpm: async (contents, into) => written(await rpmOf(contents), into),
  sbom: async (contents, into) => written(sbomOf(root, contents), into),
}

process.exitCode = await main()

async function main(): Promise<number> {
  const options = optionsOf(process.argv.slice(2))
  if (typeof options === 'string') return wrong(options)
  if (options.help === true) {
    process.stdout.write(help)
    return 0
  }
  const into = resolve(options.out ?? join(root, 'dist'))
  const only = options.only?.split(',') ?? Object.keys(makers)
  const unknown = only.find(one => makers[one] === undefined)
  if (unknown !== undefined) return wrong(`there is no kind of package ${unknown}`)
  if (options.center === true && options.only !== undefined)
    return wrong('--center makes one archive: leave out --only')
  const wanted = options.architecture ?? ownArchitecture
  const named = architectures.filter(one => wanted === 'all' || wanted === one)
  if (named.length === 0) return wrong(`there is no package for ${wanted}: name x64, arm64 or all`)
  const origins = originsOf(named)
  if (origins === undefined) return 1
  const paths: string[] = []
  if (options.center === true) paths.push(shown(makeCenterPackage(root, into, origins)))
  else for (const origin of origins) paths.push(...(await made(origin, only, into, options.only !== undefined)))
  // Sums of files of before would be wrong for those of now.
  rmSync(join(into, 'SHA256SUMS.sig'), { force: true })
  for (const path of writeChecksums(paths, into, options.key)) console.log(path)
  return 0
}

/** Undefined, and said why, where what another processor needs cannot be had. */
function originsOf(named: readonly Architecture[]): Origin[] | undefined {
  try {
    return named.map(one => (one === ownArchitecture ? ownOrigin(root) : foreignOrigin(root, one)))
  } catch (error) {
    if (!(error instanceof CannotFetch)) throw error
    console.error(`package: ${error.message}`)
    return undefined
  }
}

async function made(origin: Origin, only: readonly string[], into: string, named: boolean): Promise<string[]> {
  const paths: string[] = []
  const contents = hostContents(root, origin)
  for (const [kind, make] of Object.entries(makers)) {
    if (!only.includes(kind)) continue
    console.error(`${kind} for ${origin.architecture} …`)
    try {
      paths.push(shown(await make(contents, into)))
    } catch (error) {
      // Whoever did not ask for it by name gets the others.
      if (!(error instanceof NoCompiler) || named) throw error
      console.error(error.message)
    }
  }
  return paths
}

function shown(path: string): string {
  console.log(`${path} (${(statSync(path).size / 1e6).toFixed(1)} MB)`)
  return path
}

function written(
  { name, content }: { readonly name: string; readonly content: Buffer | string },
  into: string,
  mode = 0o644,
): string {
  const path = join(into, name)
  writeWhole(path, content, mode)
  return path
}

function optionsOf(words: string[]) {
  try {
    return parseArgs({
      args: words,
      options: {
        out: { type: 'string' },
        only: { type: 'string' },
        architecture: { type: 'string' },
        center: { type: 'boolean' },
        key: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function wrong(message: string): number {
  console.error(`package: ${message}\nSee: npm run package -- --help`)
  return 64
}
