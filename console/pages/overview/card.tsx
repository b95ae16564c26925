import { Group, Paper, Title } from '@mantine/core'
import type { ReactNode } from 'react'

interface CardProps {
  readonly title: string
  /** At the end of the heading: a link to all of it. */
  readonly more?: ReactNode
  readonly children: ReactNode
}

export function Card({ title, more, children }: CardProps) {
  return (
    <Paper withBorder p="md" component="section" aria-label={title} miw={0}>
      <Group justify="space-between" align="baseline" mb="sm" wrap="nowrap">
        <Title order={2} size="h5">
          {title}
        </Title>
        {more}
      </Group>
      {children}
    </Paper>
  )
}
