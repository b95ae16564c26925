import { Buffer } from 'node:buffer'
import { addWord, depthLimit, inSubshell, readEndpoint, type Walk } from './command-walk.ts'
import { downloaders, patternPrograms, remotePrograms } from './command-wrappers.ts'
import { decodeAnsi, type ShellWord } from './shell-text.ts'

/** Words that are neither program nor script: those that are paths, or carry a command, a host or a path inside. */
export function addOperands(state: Walk, name: string, operands: readonly ShellWord[], depth: number): void {
  const fetches = downloaders.test(name)
  const escapes = name === 'printf' || (name === 'echo' && operands.some(word => /^-\w*e/.test(word.text)))
  let patternsLeft = patternPrograms.test(name) ? 1 : 0
  for (const [at, word] of operands.entries()) {
    const { text } = word
    if (patternsLeft > 0 && !text.startsWith('-')) {
      patternsLeft--
      if (name !== 'printf') continue
    }
    if (text.startsWith('+')) continue
    if (remotePrograms.test(name) && !/^-[iFSEf]$/.test(operands[at - 1]?.text ?? '')) continue
    readEndpoint(state, text, operands[at + 1]?.text, name)
    const savedTo =
      fetches &&
      /^(?:-[oOPJ]|-[A-Za-z]*[oO]|--output(?:-document|-dir)?|--directory-prefix)$/.test(operands[at - 1]?.text ?? '')
    if (savedTo) {
      addWord(state, text, word.rooted, true)
      continue
    }
    if (fetches && !text.startsWith('-') && !/^[/~]/.test(text)) continue
    if (/\s/.test(text)) {
      if (depth < depthLimit) inSubshell(state, () => state.read(escapes ? decodeAnsi(text) : text, depth + 1))
      continue
    }
    readEncoded(state, text, depth)
    addWord(state, text, word.rooted)
  }
}

/** `echo BASE64 | base64 -d | sh`: what is hidden is named all the same. */
function readEncoded(state: Walk, text: string, depth: number): void {
  if (text.length < 20 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text) || !/[A-Z]/.test(text) || text.startsWith('/')) return
  const decoded = Buffer.from(text, 'base64').toString('latin1')
  if (/^[\t\r\n\x20-\x7e]+$/.test(decoded)) inSubshell(state, () => state.read(decoded, depth + 1))
}
