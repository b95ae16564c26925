import { Anchor, Text, UnstyledButton } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { type DetectionOutcome, watchModes } from '../../../model/api/index.ts'
import { useCall } from '../../center/index.ts'
import { useNumbers } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import classes from './prevention.module.css'

interface CountsProps {
  readonly withHosts: boolean
  /** Shows those of which that became. */
  readonly onChoose: (outcome: DetectionOutcome) => void
}

const shown = ['prevented', 'ended', 'blocked', 'would'] as const

/** Of today in the reader's zone, kept true by the live view; and how hosts stand now. */
export function Counts({ withHosts, onChoose }: CountsProps) {
  const { t } = useWords('prevention')
  const { number } = useNumbers()
  const { data } = useCall('detectionCounts', { query: { since: midnight() } }, { keep: true })
  return (
    <div className={classes['counts']}>
      <section className={classes['tiles']} aria-label={t('counts.today')}>
        {shown.map(one => (
          <UnstyledButton key={one} className={classes['tile']} onClick={() => onChoose(one)}>
            <Tile name={t(`counts.${one}`)} what={t('counts.today')}>
              {data === undefined ? '–' : number(data.sums[one])}
            </Tile>
          </UnstyledButton>
        ))}
      </section>
      {withHosts ? <Hosts /> : null}
    </div>
  )
}

function Hosts() {
  const { t } = useWords('prevention')
  const { t: word } = useWords('detections')
  const { number } = useNumbers()
  const { data } = useCall('watchCounts', { query: {} }, { keep: true })
  return (
    <section className={classes['hosts']} aria-label={t('counts.hosts')}>
      <Text size="sm" fw={600}>
        {t('counts.hosts')}
      </Text>
      {[...watchModes.toReversed(), 'none' as const].map(mode => (
        <Line key={mode} name={word(`modes.${mode}`)} to={`/prevention/sensors?mode=${mode}`}>
          {data === undefined ? '–' : number(data.modes[mode])}
        </Line>
      ))}
      <Line
        name={t('counts.stand-still')}
        to="/prevention/sensors?trouble=stands-still"
        bad={(data?.troubles['stands-still'] ?? 0) > 0}
      >
        {data === undefined ? '–' : number(data.troubles['stands-still'])}
      </Line>
      <Line name={t('counts.lose')} to="/prevention/sensors?trouble=loses" bad={(data?.troubles.loses ?? 0) > 0}>
        {data === undefined ? '–' : number(data.troubles.loses)}
      </Line>
    </section>
  )
}

function Tile({
  name,
  what,
  children,
}: {
  readonly name: string
  readonly what: string
  readonly children: ReactNode
}) {
  return (
    <>
      <Text component="span" fz={28} lh={1.1} fw={700} display="block">
        {children}
      </Text>
      <Text component="span" size="sm" display="block">
        {name}
      </Text>
      <Text component="span" size="xs" c="dimmed" display="block">
        {what}
      </Text>
    </>
  )
}

interface LineProps {
  readonly name: string
  readonly to: string
  readonly bad?: boolean
  readonly children: ReactNode
}

function Line({ name, to, bad = false, children }: LineProps) {
  return (
    <Anchor component={Link} to={to} size="sm" className={classes['line'] ?? ''}>
      {name}{' '}
      <Text span size="sm" fw={700} c={bad ? 'var(--davylamp-critical)' : 'var(--mantine-color-text)'}>
        {children}
      </Text>
    </Anchor>
  )
}

/** The same text all day, so that it is one question. */
function midnight(): string {
  const now = new Date()
  return new Date(now.getFullYear(), now.getMonth(), now.getDate()).toISOString()
}
