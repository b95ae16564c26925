import { UnstyledButton } from '@mantine/core'
import { alertLevels } from '../../../../model/api/index.ts'
import { useCall } from '../../../center/index.ts'
import { useNumbers } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import type { FilterValues } from './alert-filter.ts'
import classes from './list.module.css'

interface LevelChipsProps {
  readonly values: FilterValues
  readonly onChange: (change: { readonly level?: string | undefined; readonly atLeast?: string | undefined }) => void
}

const worstFirst = alertLevels.toReversed()

/** How many open alerts there are of each severity, of the chosen group and type; each narrows the list to its own. */
export function LevelChips({ values, onChange }: LevelChipsProps) {
  const { t } = useWords('alerts')
  const { t: word } = useWords('parts')
  const { number } = useNumbers()
  const { group, type, level } = values
  const { data } = useCall(
    'alertCounts',
    { query: { hours: 1, ...(group === undefined ? {} : { group }) } },
    { keep: true },
  )
  const open = (data?.open ?? []).filter(one => type === undefined || one.type === type)
  const countOf = (some: typeof open) =>
    data === undefined ? '–' : number(some.reduce((sum, one) => sum + one.count, 0))
  return (
    <fieldset className={classes['chips']} aria-label={t('open-by-level')}>
      <UnstyledButton
        className={classes['chip']}
        data-tone="all"
        aria-pressed={level === undefined}
        onClick={() => onChange({ level: undefined })}
      >
        <span>{t('all-levels')}</span>
        <strong>{countOf(open)}</strong>
      </UnstyledButton>
      {worstFirst.map(one => (
        <UnstyledButton
          key={one}
          className={classes['chip']}
          data-tone={one}
          aria-pressed={level === one}
          onClick={() => onChange({ level: level === one ? undefined : one, atLeast: undefined })}
        >
          <span>{word(`levels.${one}`)}</span>
          <strong>{countOf(open.filter(row => row.level === one))}</strong>
        </UnstyledButton>
      ))}
    </fieldset>
  )
}
