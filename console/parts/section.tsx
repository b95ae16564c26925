import { Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './section.module.css'

interface SectionProps {
  readonly title: string
  /** What it is for, in a sentence or two. */
  readonly about?: ReactNode
  /** Buttons below that. */
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** A part of a page of settings: what it is on the left, the settings on the right; one above the other where it is narrow. */
export function Section({ title, about, actions, children }: SectionProps) {
  return (
    <section className={classes['section']} aria-label={title}>
      <div className={classes['head']}>
        <Title order={2} size="h5">
          {title}
        </Title>
        {about === undefined ? null : (
          <Text size="sm" c="dimmed" component="div">
            {about}
          </Text>
        )}
        {actions === undefined ? null : <div className={classes['actions']}>{actions}</div>}
      </div>
      <div className={classes['body']}>{children}</div>
    </section>
  )
}
