import { Button, Text } from '@mantine/core'
import { HostText, LevelBadge, Time, useNumbers } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import classes from './detail.module.css'
import type { Story } from './kinds.ts'
import { forestOf, type ProcessNode } from './process-forest.ts'

interface ProcessTreeProps {
  readonly processes: Story['processes']
  readonly showFact: (fact: string) => void
}

/** Who started whom. */
export function ProcessTree({ processes, showFact }: ProcessTreeProps) {
  const { t } = useWords('alerts/detail')
  return (
    <ul className={classes['tree']} aria-label={t('tabs.processes')}>
      {forestOf(processes).map(({ parent, children }) =>
        parent === undefined ? (
          children.map(one => <Process key={one.process.id} node={one} showFact={showFact} />)
        ) : (
          <li key={parent}>
            <Text size="sm" c="dimmed">
              {t('process.foreign', { pid: String(parent) })}
            </Text>
            <ul>
              {children.map(one => (
                <Process key={one.process.id} node={one} showFact={showFact} />
              ))}
            </ul>
          </li>
        ),
      )}
    </ul>
  )
}

interface ProcessProps {
  readonly node: ProcessNode
  readonly showFact: (fact: string) => void
}

function Process({ node: { process, children }, showFact }: ProcessProps) {
  const { t } = useWords('alerts/detail')
  const { number } = useNumbers()
  const { pid, command, executable, user, startedAt, cpuPercent, level, role } = process
  return (
    <li>
      <div className={classes['process']}>
        <Text component="span" size="sm" c="dimmed">
          {pid}
        </Text>
        <Text component="span" size="sm" fw={role === 'member' ? 600 : 400} style={{ minWidth: 0 }}>
          <HostText>{command === '' ? (executable ?? '') : command}</HostText>
        </Text>
        {level === undefined ? null : <LevelBadge level={level} />}
        <Text component="span" size="xs" c="dimmed">
          {executable === undefined || command.startsWith(executable) ? null : (
            <>
              {t('process.runs')} <HostText>{executable}</HostText> ·{' '}
            </>
          )}
          {user === undefined ? null : (
            <>
              <HostText>{user}</HostText>
              {' · '}
            </>
          )}
          {cpuPercent === undefined ? null : <>{t('process.cpu', { value: number(cpuPercent) })} · </>}
          {startedAt === undefined ? null : (
            <>
              {t('process.started')} <Time at={startedAt} as="full" />
            </>
          )}
        </Text>
        {role === 'member' ? (
          <Button
            size="compact-xs"
            variant="subtle"
            onClick={() => showFact(process.id)}
            aria-label={t('process.evidence-of', { pid: String(pid) })}
          >
            {t('tabs.evidence')}
          </Button>
        ) : null}
      </div>
      {children.length === 0 ? null : (
        <ul>
          {children.map(one => (
            <Process key={one.process.id} node={one} showFact={showFact} />
          ))}
        </ul>
      )}
    </li>
  )
}
