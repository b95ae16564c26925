import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { defaultConfig } from '../../cli/agent-config-path.ts'
import { type ArchiveFile, archiveOf, foldersOf } from '../archive.ts'
import type { Contents } from '../make-package.ts'
import { sourceDate } from '../source-date.ts'
import { about, architectureNames, wrapped } from './about.ts'
import { arOf } from './ar.ts'
import { lintianOverrides } from './lintian-overrides.ts'
import { debianScripts } from './maintainer-scripts.ts'
import { systemFiles, zshCompletion } from './system-files.ts'

/** A Debian binary package (deb(5)), compressed so that any dpkg can read it. The same contents give the same bytes. */
export async function debOf(contents: Contents): Promise<{ readonly name: string; readonly content: Buffer }> {
  const { deb } = architectureNames(contents.origin.architecture)
  const version = debianVersion(contents.version)
  const files = [
    ...(await systemFiles(contents)).map(debianDocument),
    await zshCompletion('usr/share/zsh/vendor-completions/_davylamp'),
    changelog(contents.name, version),
    { path: 'usr/share/doc/davylamp/copyright', content: Buffer.from(copyright) },
    { path: 'usr/share/lintian/overrides/davylamp', content: Buffer.from(lintianOverrides) },
  ]
  const content = arOf([
    { name: 'debian-binary', content: Buffer.from('2.0\n') },
    { name: 'control.tar.gz', content: archiveOf(dotted(controlFiles(files, contents.name, version, deb))) },
    { name: 'data.tar.gz', content: archiveOf(dotted(files)) },
  ])
  return { name: `${contents.name}_${version}_${deb}.deb`, content }
}

/** What comes before a version sorts before it there (deb-version(7)). */
function debianVersion(version: string): string {
  return version.replace('-', '~')
}

function dotted(files: readonly ArchiveFile[]): ArchiveFile[] {
  return files.map(file => ({ ...file, path: `./${file.path}` }))
}

function controlFiles(
  files: readonly ArchiveFile[],
  name: string,
  version: string,
  architecture: string,
): ArchiveFile[] {
  const control = [
    `Package: ${name}`,
    `Version: ${version}`,
    `Architecture: ${architecture}`,
    `Maintainer: ${about.maintainer}`,
    `Installed-Size: ${installedSize(files)}`,
    'Section: admin',
    'Priority: optional',
    'Pre-Depends: init-system-helpers (>= 1.54~)',
    `Description: ${about.summary}`,
    ...about.description.flatMap((text, at) => [
      ...(at === 0 ? [] : [' .']),
      ...wrapped(text, 78).map(line => ` ${line}`),
    ]),
    '',
  ].join('\n')
  const scripts = Object.entries(debianScripts).map(([path, text]) => ({
    path,
    mode: 0o755,
    content: Buffer.from(text),
  }))
  return [
    { path: 'control', content: Buffer.from(control) },
    { path: 'conffiles', content: Buffer.from(`${defaultConfig}\n`) },
    { path: 'md5sums', content: Buffer.from(sums(files)) },
    ...scripts,
  ]
}

/** In KiB, each file and folder rounded up (deb-substvars(5)). */
function installedSize(files: readonly ArchiveFile[]): number {
  const folders = new Set(files.flatMap(file => foldersOf(file.path))).size
  return files.reduce((sum, file) => sum + Math.ceil((file.content?.length ?? 1) / 1024), folders)
}

/** deb-md5sums(5): of plain files that are nobody's to change. */
function sums(files: readonly ArchiveFile[]): string {
  return files
    .filter(file => file.content !== undefined && `/${file.path}` !== defaultConfig)
    .map(
      file =>
        `${createHash('md5')
          .update(file.content ?? '')
          .digest('hex')}  ${file.path}\n`,
    )
    .sort((a, b) => (a.slice(34) < b.slice(34) ? -1 : 1))
    .join('')
}

/** Debian compresses the changelog of the makers, and has the licence in a file of its own. */
function debianDocument(file: ArchiveFile): ArchiveFile {
  if (file.path !== 'usr/share/doc/davylamp/changelog.md') return file
  return { path: 'usr/share/doc/davylamp/changelog.gz', content: gzipSync(file.content ?? '', { level: 9 }) }
}

function changelog(name: string, version: string): ArchiveFile {
  const day = new Date(sourceDate() * 1000).toUTCString().replace('GMT', '+0000')
  const text = `${name} (${version}) stable; urgency=medium\n\n  * What is new: changelog.gz in this folder.\n\n -- ${about.maintainer}  ${day}\n`
  return { path: 'usr/share/doc/davylamp/changelog.Debian.gz', content: gzipSync(text, { level: 9 }) }
}

const copyright = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: davylamp
Comment:
 The program brings the work of others, under their own terms: THIRD-PARTY.txt in
 this folder has the text of each licence.

Files: *
Copyright: 2026 The Davylamp authors
License: Apache-2.0
 On Debian systems the text of the licence is in
 /usr/share/common-licenses/Apache-2.0, and in LICENSE in this folder.
`
