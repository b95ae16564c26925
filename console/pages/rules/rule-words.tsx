import { HostText } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'

/** What rules judge, by the kinds of facts (model/facts) and of events (model/events). */
export const judged = [
  'process',
  'file',
  'autostart',
  'socket',
  'listener',
  'login-key',
  'account',
  'sudo-rule',
  'preload',
  'kernel-module',
  'bpf-program',
  'kernel-hook',
  'command-integrity',
  'container',
  'web-root',
  'mount',
  'setting',
  'sysctl',
  'hosts-entry',
  'resolver',
  'package',
  'log-entry',
  'exec',
  'connection',
  'file-change',
  'load',
  'login',
] as const

/** "Autostarts"; what this console does not know, such as a log source of somebody's own, as it is. */
export function Judged({ about }: { readonly about: string }) {
  const { t } = useWords('rules')
  const known = judged.find(one => one === about)
  return known === undefined ? <HostText>{about}</HostText> : t(`about-kinds.${known}`)
}

const classes = ['execution', 'persistence', 'content', 'network', 'concealment', 'access', 'weakening'] as const

export function ClassName({ name }: { readonly name: string }) {
  const { t } = useWords('rules')
  const known = classes.find(one => one === name)
  return known === undefined ? <HostText>{name}</HostText> : t(`classes.${known}`)
}

/** Where a rule comes from. */
export function Source({ source }: { readonly source: string }) {
  const { t } = useWords('rules')
  if (source === ownSource) return t('list.program')
  return <HostText prose>{t('list.pack', { name: source })}</HostText>
}

/** The rules that come with the program. */
export const ownSource = 'davylamp'
