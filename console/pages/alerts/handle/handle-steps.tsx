import { Badge as Chip, Radio, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import type { AnswerTo } from '../../../center/index.ts'
import { EmptyState, HostText, LevelBadge } from '../../../parts/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import { AllowForm } from '../allow/index.ts'
import { HandleForm } from './handle-form.tsx'
import classes from './handle.module.css'
import { type AlertChoice, type Preview, type Way, waysFor } from './handling.ts'

interface HandleStepsProps {
  readonly choice: AlertChoice
  /** The one that was clicked, or the first of several. */
  readonly alert: AnswerTo<'getAlert'>
  readonly single: boolean
  readonly onClose: () => void
  readonly onOrdered: (task: string | undefined, way: Way, items: Preview['items']) => void
}

/** On the left how, on the right what that means. */
export function HandleSteps({ choice, alert, single, onClose, onOrdered }: HandleStepsProps) {
  const { t } = useWords('alerts')
  const { t: word } = useWords('parts')
  const session = useSession()
  const open = waysFor(single ? alert : undefined, session)
  const [way, setWay] = useState<Way | undefined>(open[0])
  if (way === undefined) return <EmptyState title={t('handling.nothing')}>{t('handling.nothing-what')}</EmptyState>
  return (
    <Stack gap="sm">
      {single ? (
        <div>
          <LevelBadge level={alert.level} />{' '}
          <Text span fw={600} size="sm">
            <HostText prose>{alert.title}</HostText>
          </Text>{' '}
          <Text span size="sm" c="dimmed">
            <HostText prose>{alert.host.name}</HostText>
          </Text>
        </div>
      ) : (
        <Text fw={600} size="sm">
          {'alerts' in choice ? t('handling.several', { count: choice.alerts.length }) : t('handling.alike')}
        </Text>
      )}
      <div className={classes['halves']}>
        <Radio.Group
          label={t('handling.how')}
          value={way}
          onChange={value => setWay(open.find(one => one === value) ?? way)}
        >
          <Stack gap={6} mt={6}>
            {open.map(one => (
              <Radio
                key={one}
                value={one}
                className={classes['way'] ?? ''}
                label={
                  <>
                    {word(`handlings.${one}`)}
                    {one === 'in-depth' ? (
                      <Chip size="xs" variant="outline" ml={6} className={classes['advised'] ?? ''}>
                        {t('handling.advised')}
                      </Chip>
                    ) : null}
                  </>
                }
                description={t(`handling.ways.${one}`)}
              />
            ))}
          </Stack>
        </Radio.Group>
        {way === 'allow' ? (
          <AllowForm alert={alert} onClose={onClose} onAllowed={() => onOrdered(undefined, way, [])} />
        ) : (
          <HandleForm
            key={way}
            way={way}
            choice={choice}
            alert={alert}
            single={single}
            onClose={onClose}
            onOrdered={(task, items) => onOrdered(task, way, items)}
          />
        )}
      </div>
    </Stack>
  )
}
