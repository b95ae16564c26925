import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { Contents } from '../make-package.ts'
import { sourceDate } from '../source-date.ts'
import { about, architectureNames, wrapped } from './about.ts'
import { cpioOf } from './cpio.ts'
import { rpmScripts } from './maintainer-scripts.ts'
import { cpioEntries, fileTags, type RpmFile, rpmFiles } from './rpm-files.ts'
import { bytes, headerOf, int32, regions, shown, type Tags, text, texts } from './rpm-header.ts'
import { systemFiles, zshCompletion } from './system-files.ts'

const release = '1'

/**
 * An RPM package of version 4 (docs/manual/format_v4.md of rpm), without a signature, compressed so that any rpm since 4.6 can read it. Written here and not by
 * rpmbuild(8), which takes the time, the host and the libraries of the machine into what it makes.
 */
export async function rpmOf(contents: Contents): Promise<{ readonly name: string; readonly content: Buffer }> {
  const { rpm } = architectureNames(contents.origin.architecture)
  const version = contents.version.replaceAll('-', '~')
  const files = rpmFiles([
    ...(await systemFiles(contents)),
    await zshCompletion('usr/share/zsh/site-functions/_davylamp'),
  ])
  const archive = cpioOf(cpioEntries(files))
  const payload = gzipSync(archive, { level: 9 })
  const header = headerOf(regions.immutable, {
    ...aboutTags(contents.name, version, rpm, files),
    ...scriptTags(),
    ...dependencyTags(contents.name, version, rpm),
    ...fileTags(files),
    ...payloadTags(payload, archive),
  })
  const signature = headerOf(regions.signatures, signatureTags(header, payload, archive))
  const name = `${contents.name}-${version}-${release}`
  const content = Buffer.concat([
    lead(name, contents.origin.architecture),
    signature,
    Buffer.alloc(-signature.length & 7),
    header,
    payload,
  ])
  return { name: `${name}.${rpm}.rpm`, content }
}

function aboutTags(name: string, version: string, architecture: string, files: readonly RpmFile[]): Tags {
  return {
    100: texts('C'),
    1000: text(name),
    1001: text(version),
    1002: text(release),
    1004: shown(about.summary),
    1005: shown(about.description.map(one => wrapped(one, 78).join('\n')).join('\n\n')),
    1006: int32(sourceDate()),
    1007: text('localhost'),
    1009: int32(files.reduce((sum, file) => sum + file.content.length, 0)),
    1014: text('Apache-2.0'),
    1015: text(about.maintainer),
    1016: shown('System/Monitoring'),
    1021: text('linux'),
    1022: text(architecture),
    1044: text(`${name}-${version}-${release}.src.rpm`),
    1064: text('4.18.0'),
    5062: text('utf-8'),
  }
}

const shell = '/bin/sh'

function scriptTags(): Tags {
  return {
    1023: text(rpmScripts.prein),
    1024: text(rpmScripts.postin),
    1025: text(rpmScripts.preun),
    1026: text(rpmScripts.postun),
    1085: text(shell),
    1086: text(shell),
    1087: text(shell),
    1088: text(shell),
    1152: text(rpmScripts.posttrans),
    1154: text(shell),
  }
}

/** RPMSENSE_*: less, equal; who needs the shell (script, before and after); what this rpm itself must know. */
const [less, equal, interpreter, known] = [2, 8, 0x100, 0x0100_0000]
const scripts = 0x20 | 0x200 | 0x400 | 0x800 | 0x1000

function dependencyTags(name: string, version: string, architecture: string): Tags {
  const needed = [
    [shell, '', interpreter | scripts],
    ['rpmlib(CompressedFileNames)', '3.0.4-1', known | less | equal],
    ['rpmlib(FileDigests)', '4.6.0-1', known | less | equal],
    ['rpmlib(PayloadFilesHavePrefix)', '4.0-1', known | less | equal],
  ] as const
  const given = [name, `${name}(${architecture.replace('_', '-')})`]
  return {
    1047: texts(...given),
    1048: int32(...needed.map(one => one[2])),
    1049: texts(...needed.map(one => one[0])),
    1050: texts(...needed.map(one => one[1])),
    1112: int32(...given.map(() => equal)),
    1113: texts(...given.map(() => `${version}-${release}`)),
  }
}

function payloadTags(payload: Buffer, archive: Buffer): Tags {
  return {
    1124: text('cpio'),
    1125: text('gzip'),
    1126: text('9'),
    5092: texts(hex('sha256', payload)),
    5093: int32(8),
    5097: texts(hex('sha256', archive)),
  }
}

/** Digests of the header, and the older ones of header and payload together. */
function signatureTags(header: Buffer, payload: Buffer, archive: Buffer): Tags {
  const md5 = createHash('md5').update(header).update(payload).digest()
  return {
    269: text(hex('sha1', header)),
    273: text(hex('sha256', header)),
    1000: int32(header.length + payload.length),
    1004: bytes(md5),
    1007: int32(archive.length),
  }
}

function hex(algorithm: string, content: Buffer): string {
  return createHash(algorithm).update(content).digest('hex')
}

/** What file(1) knows a package by; rpm itself reads the header. */
function lead(name: string, architecture: string): Buffer {
  const block = Buffer.alloc(96)
  block.writeUInt32BE(0xedabeedb, 0)
  block.writeUInt8(3, 4)
  block.writeUInt16BE(architecture === 'x64' ? 1 : 19, 8)
  block.write(name.slice(0, 65), 10)
  block.writeUInt16BE(1, 76)
  block.writeUInt16BE(5, 78)
  return block
}
