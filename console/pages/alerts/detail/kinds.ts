import type { AnswerTo } from '../../../center/index.ts'

export type AlertWhole = AnswerTo<'getAlert'>
export type Story = AnswerTo<'alertStory'>

export const factKinds = [
  'process',
  'socket',
  'listener',
  'autostart',
  'file',
  'login-key',
  'account',
  'sudo-rule',
  'preload',
  'command-integrity',
  'mount',
  'kernel-module',
  'bpf-program',
  'kernel-hook',
  'hosts-entry',
  'resolver',
  'sysctl',
  'setting',
  'log-entry',
  'container',
  'web-root',
  'package',
] as const

export function knownKind(kind: string): (typeof factKinds)[number] | undefined {
  return factKinds.find(one => one === kind)
}

/** The tabs of the page, as they stand in its address. */
export const tabNames = [
  'evidence',
  'noticed',
  'processes',
  'timeline',
  'graph',
  'cleanup',
  'related',
  'history',
] as const
export type TabName = (typeof tabNames)[number]
