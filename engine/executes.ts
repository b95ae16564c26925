import type { Known } from './world.ts'

const runners =
  /(?:^|[;&|({`'"\s/])(?:sh|bash|dash|ash|zsh|ksh|busybox|python[\d.]*|perl|ruby|node|php|java|-jar|nohup|setsid|exec|eval|sudo|env|nice|ionice|timeout|stdbuf|flock|source|\.|-c|then|do|else|chroot|cpulimit|taskset|xargs|watch|start-stop-daemon)$/

/**
 * True when an autostart executes a file rather than only naming it (a backup job names what it copies, and is not guilty
 * of it). Where the file is the autostart itself, or the only thing named, it is.
 */
export function executes(autostart: Known<'autostart'>, path: string): boolean {
  if (autostart.path === path && autostart.line === undefined) return true
  const { command } = autostart
  const name = path.slice(path.lastIndexOf('/') + 1)
  let at = command.indexOf(name)
  let seen = false
  while (at >= 0) {
    const before = command.slice(0, at)
    const after = command[at + name.length]
    if (after === undefined || /[\s;&|)}'"`<>/]/.test(after)) {
      seen = true
      if (after !== '/' && startsCommand(before)) return true
    }
    at = command.indexOf(name, at + 1)
  }
  // The command names it by a way that its text does not show, such as a variable.
  return !seen && autostart.targets.includes(path)
}

/** True when a word that continues `before` stands where a shell expects a command. */
function startsCommand(before: string): boolean {
  const head = before.replace(/[^\s;&|(){}`'"=<>]*$/, '')
  const words = head.trimEnd().replace(/['"]$/, '').trimEnd()
  if (words === '' || /[;&|({`]$|\$\($|&&$|\|\|$/.test(words)) return true
  if (/[<>]$/.test(words)) return false
  const valued = /\s-[ugnpPc]\s+[^\s-]\S*$/.exec(words)
  if (valued !== null) return startsCommandAfterOption(words.slice(0, valued.index))
  const last = /\S+$/.exec(words)?.[0] ?? ''
  if (/^(-n|-?\d+[smhd]?|-[a-zA-Z]|--?\w[\w-]*(=\S*)?|\w+=\S*)$/.test(last) && words !== last)
    return startsCommandAfterOption(words)
  return (
    runners.test(words) ||
    /^[@\-:+!]+$/.test(last) ||
    /\/(sh|bash|dash|zsh|busybox|python[\d.]*|perl|nohup|setsid|env|nice|timeout|sudo)$/.test(last)
  )
}

/** `nice -n 19 X`, `timeout 5 X`, `env A=b X`, `sh -c X`: skip options and numbers back to the word that decides. */
function startsCommandAfterOption(words: string): boolean {
  const parts = words.split(/\s+/)
  while (parts.length > 0) {
    const part = parts[parts.length - 1] ?? ''
    if (!/^(-?\d+[smhd]?|--?[\w-]+(=\S*)?|\w+=\S*)$/.test(part)) break
    if (part === '-c') return true
    parts.pop()
  }
  const rest = parts.join(' ')
  return (
    rest === '' ||
    /[;&|({`]$/.test(rest) ||
    runners.test(rest) ||
    /\/(sh|bash|dash|zsh|nohup|setsid|env|nice|ionice|timeout|sudo|flock)$/.test(rest)
  )
}
