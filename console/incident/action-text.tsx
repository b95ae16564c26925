import { Text, VisuallyHidden } from '@mantine/core'
import type { Action, ProcessName } from '../../model/index.ts'
import { Duration, HostText } from '../parts/index.ts'
import { useWords } from '../words/index.ts'
import classes from './incident.module.css'

/** What an action does, and to what: a verb, then its object; lines of files as a difference. */
export function ActionText({ action }: { readonly action: Action }) {
  const { t } = useWords('incident')
  return (
    <>
      <Text component="span" size="sm" fw={600}>
        {t(`actions.${action.kind}`)}
      </Text>{' '}
      <ActionObject action={action} />
      <LineChange action={action} />
    </>
  )
}

function ActionObject({ action }: { readonly action: Action }) {
  const { t } = useWords('incident')
  switch (action.kind) {
    case 'block-address':
      return (
        <>
          <HostText>{action.address}</HostText>{' '}
          <Text component="span" size="sm" c="dimmed">
            {t('for')} <Duration seconds={action.seconds} />
          </Text>
        </>
      )
    case 'unblock-address':
      return <HostText>{action.address}</HostText>
    case 'freeze-processes':
      return (
        <ul className={classes['list']}>
          {action.processes.map(one => (
            <li key={one.pid}>
              <ProcessText process={one} />
            </li>
          ))}
        </ul>
      )
    case 'preserve-process':
    case 'kill-process':
      return <ProcessText process={action.process} />
    case 'clear-attributes':
      return (
        <>
          <HostText>{action.path}</HostText>{' '}
          <Text component="span" size="sm" c="dimmed">
            {[...action.flags, ...(action.acl ? (['acl'] as const) : [])].map(one => t(`flags.${one}`)).join(', ')}
          </Text>
        </>
      )
    case 'remove-line':
    case 'replace-line':
      return <HostText>{action.path}</HostText>
    case 'mask-unit':
      return <HostText>{action.name}</HostText>
    case 'remove-unit':
      return <Paths paths={[action.path, ...action.links]} />
    case 'quarantine-file':
      return (
        <>
          <HostText>{action.path}</HostText>
          {action.linkTarget === undefined ? null : <HostText>{` → ${action.linkTarget}`}</HostText>}
          {action.sha256 === undefined ? null : <Digest>{action.sha256}</Digest>}
        </>
      )
    case 'lock-account':
    case 'remove-account':
      return <HostText>{`${action.name} (${action.uid})`}</HostText>
    case 'restore-command':
      return <HostText>{`${action.path} ← ${action.from}`}</HostText>
    case 'reinstall-package':
      return (
        <>
          <HostText>{action.package}</HostText>
          <br />
          <HostText>{action.command}</HostText>
        </>
      )
    case 'stop-container':
      return <HostText>{`${action.name} (${action.runtime})`}</HostText>
    case 'set-sysctl':
      return <HostText>{action.name}</HostText>
    case 'preserve-file':
    case 'unmount':
      return <HostText>{action.path}</HostText>
  }
}

function ProcessText({ process }: { readonly process: ProcessName }) {
  return <HostText>{`${process.command === '' ? (process.path ?? '') : process.command} (${process.pid})`}</HostText>
}

function Paths({ paths }: { readonly paths: readonly string[] }) {
  return (
    <ul className={classes['list']}>
      {paths.map(path => (
        <li key={path}>
          <HostText>{path}</HostText>
        </li>
      ))}
    </ul>
  )
}

function Digest({ children }: { readonly children: string }) {
  return (
    <Text size="xs" c="dimmed" title={children}>
      SHA-256 <HostText>{`${children.slice(0, 16)}…`}</HostText>
    </Text>
  )
}

function LineChange({ action }: { readonly action: Action }) {
  const { t } = useWords('incident')
  const change = changeOf(action)
  if (change === undefined) return null
  const { line, before, after } = change
  return (
    <div className={classes['change']}>
      <del>
        <span aria-hidden>−</span>
        <VisuallyHidden>{t('removed')}</VisuallyHidden>
        <span className={classes['line']}>{line}</span>
        <HostText>{before}</HostText>
      </del>
      {after === undefined ? null : (
        <ins>
          <span aria-hidden>+</span>
          <VisuallyHidden>{t('added')}</VisuallyHidden>
          <span className={classes['line']}>{line}</span>
          <HostText>{after}</HostText>
        </ins>
      )}
    </div>
  )
}

interface Change {
  readonly line?: number
  readonly before: string
  readonly after?: string
}

function changeOf(action: Action): Change | undefined {
  switch (action.kind) {
    case 'remove-line':
    case 'remove-account':
      return { line: action.line, before: action.text }
    case 'replace-line':
      return { line: action.line, before: action.text, after: action.replacement }
    case 'set-sysctl':
      return { before: `${action.name} = ${action.expected}`, after: `${action.name} = ${action.value}` }
    default:
      return undefined
  }
}
