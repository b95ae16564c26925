import { type ShellText, type ShellToken, shellTokens } from './shell-tokens.ts'

/** A token with its part in the structure of the script. */
export interface Placed extends ShellToken {
  /** Numbers of the blocks that are open before it and after it, outermost first; a case says whether a pattern comes. */
  readonly before: string
  readonly after: string
  /** A command has to follow: `then`, `{`, `&&` … */
  readonly wants: boolean
  /** It ends a list of commands: `fi`, `else`, `}`, `;;` … */
  readonly ends: boolean
  /** It is a word of the shell or an operator and not part of a command. */
  readonly structural: boolean
}

export interface ShellStructure extends Pick<ShellText, 'documents'> {
  readonly tokens: readonly Placed[]
}

interface Block {
  readonly number: number
  readonly kind: 'if' | 'loop' | 'case' | '{' | '('
  /** Of a case: what comes next. */
  next?: 'word' | 'pattern' | 'body'
}

const opening = new Map<string, Block['kind']>([
  ['if', 'if'],
  ['while', 'loop'],
  ['until', 'loop'],
  ['for', 'loop'],
  ['select', 'loop'],
  ['case', 'case'],
  ['{', '{'],
])
const closers = new Map<string, Block['kind']>([
  ['fi', 'if'],
  ['done', 'loop'],
  ['esac', 'case'],
  ['}', '{'],
])
const middle = new Map<string, Block['kind']>([
  ['then', 'if'],
  ['elif', 'if'],
  ['else', 'if'],
  ['do', 'loop'],
])
const mostBlocks = 100
const joining = new Set(['&&', '||', '|', '|&'])
const redirections = new Set(['<', '>', '>>', '>&', '<&', '>|', '<>', '&>', '&>>', '<<', '<<-', '<<<'])

/** Which blocks of a script are open at each of its tokens; undefined where that does not come out even. */
export function shellStructure(text: string): ShellStructure | undefined {
  const read = shellTokens(text)
  if (read === undefined) return undefined
  const placed: Placed[] = []
  const blocks: Block[] = []
  let number = 0
  /** A word here may be one of the shell's own. */
  let free = true
  let skip: 'target' | 'name' | 'in' | undefined
  const shown = () => blocks.map(block => `${block.number}${block.next ?? ''}`).join('.')
  for (const [at, token] of read.tokens.entries()) {
    if (blocks.length > mostBlocks) return undefined
    const before = shown()
    const top = blocks.at(-1)
    const add = (part: Partial<Pick<Placed, 'wants' | 'ends' | 'structural'>> = {}) =>
      placed.push({ ...token, before, after: shown(), wants: false, ends: false, structural: false, ...part })
    if (token.kind === 'newline') {
      if (skip !== 'in') skip = undefined
      free = true
      add()
      continue
    }
    if (token.kind === 'word' && skip !== undefined) {
      if (skip === 'in' && token.text === 'in' && top !== undefined) {
        top.next = 'pattern'
        skip = undefined
        add({ structural: true })
        continue
      }
      if (skip === 'name') free = true
      if (skip === 'name' && top?.kind === 'loop') free = false
      if (skip !== 'in') skip = undefined
      add({ wants: free && placed.at(-1)?.text === 'function' })
      continue
    }
    if (top?.kind === 'case' && top.next === 'pattern') {
      if (token.text === 'esac') {
        blocks.pop()
        free = false
        add({ ends: true, structural: true })
      } else {
        if (token.text === ')') {
          top.next = 'body'
          free = true
        }
        add({ structural: token.text === ')' })
      }
      continue
    }
    if (token.kind === 'operator') {
      if (redirections.has(token.text)) {
        skip = 'target'
        add()
        continue
      }
      if (token.text === '(') {
        if (!free && read.tokens[at + 1]?.text === ')') {
          add({ structural: true })
          continue
        }
        if (!free) return undefined
        blocks.push({ number: ++number, kind: '(' })
        add({ wants: true, structural: true })
        continue
      }
      if (token.text === ')') {
        if (placed.at(-1)?.text === '(' && !placed.at(-1)?.wants) {
          free = true
          add({ wants: true, structural: true })
          continue
        }
        if (top?.kind !== '(') return undefined
        blocks.pop()
        free = false
        add({ ends: true, structural: true })
        continue
      }
      free = true
      if (token.text.startsWith(';;') || token.text === ';&') {
        if (top?.kind !== 'case') return undefined
        top.next = 'pattern'
        add({ ends: true, structural: true })
        continue
      }
      add({ wants: joining.has(token.text), ends: token.text === ';' || token.text === '&' })
      continue
    }
    if (!free) {
      add()
      continue
    }
    const { text: word } = token
    const opens = opening.get(word)
    const closes = closers.get(word)
    const within = middle.get(word)
    if (opens !== undefined) {
      blocks.push({ number: ++number, kind: opens, ...(opens === 'case' ? { next: 'word' as const } : {}) })
      if (opens === 'case') skip = 'in'
      if (word === 'for' || word === 'select') skip = 'name'
      if (skip !== undefined) free = false
      add({ wants: skip === undefined, structural: true })
    } else if (closes !== undefined) {
      if (top?.kind !== closes) return undefined
      blocks.pop()
      free = false
      add({ ends: true, structural: true })
    } else if (within !== undefined) {
      if (top?.kind !== within) return undefined
      add({ wants: true, ends: true, structural: true })
    } else if (word === 'function') {
      skip = 'name'
      add({ structural: true })
    } else if (word === '!' || word === 'time') {
      add({ wants: true })
    } else {
      free = false
      add()
    }
  }
  return blocks.length === 0 ? { tokens: placed, documents: read.documents } : undefined
}
