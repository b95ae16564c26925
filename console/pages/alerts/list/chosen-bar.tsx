import { Button, Text } from '@mantine/core'
import type { AlertObject } from '../../../../model/api/index.ts'
import { useNumbers } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import { AssignMenu } from './assign-menu.tsx'
import classes from './list.module.css'

interface ChosenBarProps {
  readonly alerts: readonly AlertObject[]
  readonly onHandle: () => void
  readonly onClear: () => void
}

/** The center takes no more in one request. */
const mostAtOnce = 1_000

/** What can be done with the alerts that are chosen. */
export function ChosenBar({ alerts, onHandle, onClear }: ChosenBarProps) {
  const { t } = useWords('alerts')
  const { t: word } = useWords('parts')
  const { number } = useNumbers()
  const tooMany = alerts.length > mostAtOnce
  return (
    <section className={classes['chosen']} aria-label={t('chosen.label')}>
      <Text size="sm" fw={600} component="span" role="status">
        {word('table.selected', { count: alerts.length, replace: { count: number(alerts.length) } })}
      </Text>
      <Button size="compact-sm" onClick={onHandle} disabled={tooMany}>
        {t('chosen.handle')}
      </Button>
      <AssignMenu alerts={alerts} disabled={tooMany} onDone={onClear} />
      <Button size="compact-sm" variant="default" onClick={onClear}>
        {word('table.clear')}
      </Button>
      {tooMany ? (
        <Text size="sm" component="span">
          {t('chosen.too-many', { most: number(mostAtOnce) })}
        </Text>
      ) : null}
    </section>
  )
}
