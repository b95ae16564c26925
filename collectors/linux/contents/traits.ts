import type { Trait } from '../../../model/index.ts'
import { type ElfLook, lookAtElf } from './elf.ts'
import { startsLikeJson } from './json-start.ts'
import { scriptTraits } from './script-traits.ts'
import { findWallet } from '../../../target/index.ts'
import { wordSearch } from './word-search.ts'

/** The part of a file that was read. */
export interface Content {
  /** All of a small file; of a big one its beginning and its end, joined. */
  readonly bytes: Buffer
  readonly size: number
  /** Its name says script, or it may be executed, or something runs it: text is then taken for a program. */
  readonly runnable: boolean
  /** Not a shell's: words of a shell in it are texts that it prints or tests. */
  readonly otherLanguage?: boolean | undefined
}

export interface ContentLook {
  readonly traits: Trait[]
  /** Words behind the traits. */
  readonly evidence: string[]
  /** What kind of text it is, for whoever reads on; `binary` for all that is no text. */
  readonly form: 'binary' | 'script' | 'config' | 'prose'
}

const textLimit = 1024 * 1024
const scriptLimit = 512 * 1024
const overlayLimit = 4_096

/** Recognises a file by format magic and literal words. It judges nothing, and prose that speaks of miners stays `text`. */
export function lookAtContent(content: Content): ContentLook {
  const { bytes, size } = content
  if (size === 0) return { traits: ['empty'], evidence: [], form: 'prose' }
  const traits = new Set<Trait>()
  const evidence: string[] = []
  const add = (trait: Trait, words = '') => {
    traits.add(trait)
    if (words !== '') evidence.push(words)
  }
  const elf = lookAtElf(bytes, size)
  if (elf !== undefined) addElf(bytes, elf, add)
  else if (startsWithOne(bytes, [elfMagic])) add('elf')
  else if (startsWithOne(bytes, archives) || bytes.toString('latin1', 257, 262) === 'ustar') add('archive')
  else if (startsWithOne(bytes, images)) add('image')
  const form = formOf(content, traits)
  if (form === 'script') add('script')
  else if (form !== 'binary') add('text')
  if (startsWithOne(bytes, hiders)) for (const words of found(bytes, shellWords)) add('polyglot', words)
  if (form === 'prose' || traits.has('archive') || traits.has('image')) return finished(traits, evidence, form)

  if (form === 'config' && isJson(bytes.toString('latin1', 0, textLimit))) add('json')
  addWords(bytes, form, add)
  const wallet = findWallet(bytes)
  if (wallet !== undefined) add('wallet', wallet)
  if (form === 'script' && !content.otherLanguage) {
    for (const [trait, words] of scriptTraits(bytes.toString('utf8', 0, scriptLimit))) add(trait, words.trim())
  }
  return finished(traits, evidence, form)
}

type Add = (trait: Trait, words?: string) => void

function addElf(bytes: Buffer, elf: ElfLook, add: Add): void {
  add('elf')
  if (elf.noSections) add('stripped-sections')
  if (elf.overlayBytes > overlayLimit) add('overlay')
  if (elf.looksPacked || (bytes.includes('UPX!') && elf.noSections)) add('packed')
  const hooks = readers.filter(name => elf.defines.has(name))
  if (elf.dynamic && hooks.length > 0) add('hooks-readdir', hooks.join(' '))
}

function addWords(bytes: Buffer, form: ContentLook['form'], add: Add): void {
  const quoted = quotedKeysIn(bytes)
  const keys = configKeys.filter(key => quoted.has(`"${key}"`) && hasKey(bytes, key))
  if (keys.length >= 4) add('miner-config', keys.join(' '))
  const words = wordsIn(bytes)
  const stratum = stratumWords.filter(word => words.has(word))
  if (stratum.length > 0) add('stratum', stratum.slice(0, 3).join(' '))
  const ordinary = form === 'binary' ? minerProgramWords : []
  const miner = [...minerWords, ...ordinary].filter(word => words.has(word))
  if (miner.length >= 2) add('miner-strings', miner.slice(0, 6).join(' '))
  const scanner = form === 'config' ? [] : scannerWords.filter(word => words.has(word))
  if (scanner.length >= 2) add('scanner', scanner.slice(0, 4).join(' '))
}

/** Functions that a library defines to hide names from programs (readdir(3), getdents(2)). */
const readers = ['readdir', 'readdir64', 'readdir_r', 'readdir64_r', 'getdents', 'getdents64', 'scandir', 'scandir64']
/** Of families.md §15.3: no other program's configuration has four of them. */
const configKeys = ['donate-level', 'pools', 'randomx', 'wrmsr', 'rig-id', 'max-threads-hint', 'nicehash', 'keepalive']
const stratumWords = [
  'stratum+tcp://',
  'stratum+ssl://',
  'stratum+tls://',
  'stratum2+tcp://',
  'stratum1+tcp://',
  'stratum+tcps://',
  'ethproxy+tcp://',
  'daemon+http://',
  'mining.subscribe',
  'mining.authorize',
  'mining.notify',
  'eth_submitLogin',
  'eth_submitHashrate',
]
const minerWords = [
  'XMRig/',
  'xmrig.com/',
  'xmrig-proxy',
  '--donate-level',
  'donate.v2.xmrig.com',
  'donate.ssl.xmrig.com',
  '--cpu-max-threads-hint',
  '--max-cpu-usage',
  '--randomx-',
  '--nicehash',
  '--coin=monero',
  '--algo=rx',
  '--rig-id',
  'stratum+tcp://',
  'stratum+ssl://',
  'supportxmr.com',
  'moneroocean.stream',
  'c3pool.',
  'hashvault.pro',
  'nanopool.org',
  'herominers.com',
  'unmineable.com',
  'nicehash.com',
  '2miners.com',
  'minexmr.com',
  'cryptonight',
]
/** Words inside miner programs, too ordinary for scripts. */
const minerProgramWords = [
  'msr register values for',
  'speed 10s/60s/15m',
  'new job from',
  'HUGE PAGES',
  'POOL #',
  'rx/0',
  'cn/r',
  'kawpow',
  'ghostrider',
  'argon2/chukwav2',
  'verushash',
  'autolykos2',
  'yespower',
  'minotaurx',
  'donate-level',
  'randomx_',
  'mining.submit',
  'cpuminer',
  'lolMiner',
  'SRBMiner',
  'TeamRedMiner',
  'NBMiner',
  'PhoenixMiner',
  'accepted share',
]
const scannerWords = [
  'masscan',
  'pnscan',
  'zgrab',
  'zmap ',
  'hydra ',
  'haiduc',
  'banner.log',
  'mfu.txt',
  'pass_file',
  'ips.lst',
  'sshpass ',
  'brute',
]
const shellWords = [
  '#!/bin/sh',
  '#!/bin/bash',
  '#!/usr/bin/env',
  '\nwget ',
  '\ncurl ',
  'chmod +x',
  '/dev/tcp/',
  '<?php',
]

const wordsIn = wordSearch([...new Set([...stratumWords, ...minerWords, ...minerProgramWords, ...scannerWords])])
const quotedKeysIn = wordSearch(configKeys.map(key => `"${key}"`))

const elfMagic = Buffer.from('\x7fELF')
const archives = [
  Buffer.of(0x1f, 0x8b),
  Buffer.of(0xfd, 0x37, 0x7a, 0x58, 0x5a),
  Buffer.from('PK\x03\x04'),
  Buffer.from('BZh'),
  Buffer.of(0x37, 0x7a, 0xbc, 0xaf),
  Buffer.of(0x28, 0xb5, 0x2f, 0xfd),
  Buffer.from('!<arch>'),
]
const images = [Buffer.from('\x89PNG', 'latin1'), Buffer.of(0xff, 0xd8, 0xff), Buffer.from('GIF8')]
/** A shell script inside a ZIP or tar is nothing odd; behind one of these it is. */
const hiders = [...images, Buffer.of(0x1f, 0x8b), Buffer.of(0xfd, 0x37, 0x7a, 0x58, 0x5a)]

function startsWithOne(bytes: Buffer, magics: readonly Buffer[]): boolean {
  return magics.some(magic => bytes.subarray(0, magic.length).equals(magic))
}

function found(bytes: Buffer, words: readonly string[]): string[] {
  return words.filter(word => bytes.includes(word, 0, 'latin1'))
}

/** `"key"` and a colon behind it: a list of such words in a text is no configuration. */
function hasKey(bytes: Buffer, key: string): boolean {
  const quoted = `"${key}"`
  for (let at = bytes.indexOf(quoted), tries = 0; at >= 0 && tries < 50; tries++) {
    const behind = bytes.toString('latin1', at + quoted.length, at + quoted.length + 8)
    if (/^\s*:/.test(behind)) return true
    at = bytes.indexOf(quoted, at + 1)
  }
  return false
}

function formOf(content: Content, traits: ReadonlySet<Trait>): ContentLook['form'] {
  const { bytes } = content
  const start = bytes.subarray(0, 8_192)
  if (bytes.toString('latin1', 0, 2) === '#!') return 'script'
  if (traits.size > 0 || start.includes(0)) return 'binary'
  const text = start.toString('utf8')
  const odd = text.match(/[\u0001-\u0008\u000e-\u001a\ufffd]/g)?.length ?? 0
  if (odd > text.length / 10) return 'binary'
  if (startsLikeJson(text)) return 'config'
  if (content.runnable) return 'script'
  const lines = text.split('\n').filter(line => line.trim() !== '' && !/^\s*[#;]/.test(line))
  const settings = lines.filter(line => /^\s*(?:\[[^\]]+\]\s*$|["']?[\w.-]{1,40}["']?\s*[=:]\s*\S)/.test(line))
  return lines.length > 0 && settings.length >= lines.length * 0.8 ? 'config' : 'prose'
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text.replace(/\/\*[\s\S]{0,2000}?\*\//g, '').replace(/^\s*\/\/[^\n]*$/gm, ''))
    return true
  } catch {
    return false
  }
}

function finished(traits: ReadonlySet<Trait>, evidence: readonly string[], form: ContentLook['form']): ContentLook {
  return { traits: [...traits], evidence: [...new Set(evidence)], form }
}
