import { SimpleGrid } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Health } from '../../../model/api/index.ts'
import { Duration, HostText, useNumbers } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import classes from './health.module.css'

export function Summary({ health }: { readonly health: Health }) {
  const { t } = useWords('health')
  const { number, bytes } = useNumbers()
  const ms = (value: number) => t('milliseconds', { value: number(Math.round(value * 10) / 10) })
  const tiles: readonly (readonly [string, ReactNode])[] = [
    [t('summary.program'), <HostText key="program">{health.program}</HostText>],
    [t('summary.up'), <Duration key="up" seconds={health.uptimeSeconds} />],
    [t('summary.memory'), bytes(health.memoryBytes)],
    [t('summary.late'), ms(health.eventLoopLagMs)],
    [t('summary.store'), ms(health.store.answeredInMs)],
    [t('summary.bus'), health.bus.answeredInMs === undefined ? t('summary.silent') : ms(health.bus.answeredInMs)],
    [t('summary.live'), number(health.liveStreams)],
    [t('summary.dead'), number(health.deadLetters)],
  ]
  return (
    <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm" component="dl" m={0}>
      {tiles.map(([name, value]) => (
        <Tile key={name} name={name}>
          {value}
        </Tile>
      ))}
    </SimpleGrid>
  )
}

export function Tile({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className={classes['tile']}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
