import { Text, Title } from '@mantine/core'
import { Check, CircleDashed, CircleSlash, Loader, Minus, TriangleAlert, Undo2, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { type Outcome, phases } from '../../model/index.ts'
import { Badge, HostText } from '../parts/index.ts'
import { useWords } from '../words/index.ts'
import { ActionText } from './action-text.tsx'
import classes from './incident.module.css'
import type { Step } from './steps.ts'

interface StepListProps {
  readonly steps: readonly Step[]
  /** At the end of each step, such as a button that takes it back. */
  readonly aside?: (step: Step) => ReactNode
}

/** Actions in their phases, in the order in which they are done. */
export function StepList({ steps, aside }: StepListProps) {
  const { t } = useWords('incident')
  return (
    <div>
      {phases.map(phase => {
        const here = steps.filter(one => one.phase === phase)
        if (here.length === 0) return null
        return (
          <section key={phase} className={classes['phase']}>
            <Title order={3} size="h5" mb={4}>
              {t(`phases.${phase}`)}{' '}
              <Text component="span" size="sm" c="dimmed" fw={400}>
                {t(`phases-what.${phase}`)}
              </Text>
            </Title>
            <ol className={classes['list']}>
              {here.map(step => (
                <li key={step.number} className={classes['step']} data-step={step.number}>
                  <span className={classes['number']}>{step.number}</span>
                  <Mark outcome={step.outcome} />
                  <div>
                    <ActionText action={step.action} />
                    <Notes step={step} />
                  </div>
                  <div className={classes['aside']}>{aside?.(step)}</div>
                </li>
              ))}
            </ol>
          </section>
        )
      })}
    </div>
  )
}

function Notes({ step }: { readonly step: Step }) {
  const { t } = useWords('incident')
  const { outcome, detail, reason, dependsOn, undoable } = step
  const odd = outcome === 'failed' || outcome === 'changed-since' || outcome === 'skipped'
  return (
    <Text size="xs" c="dimmed" component="div">
      {outcome === undefined ? null : (
        <>
          <Text component="span" size="xs" {...(odd ? { c: 'var(--davylamp-high)', fw: 600 } : {})}>
            {t(`outcomes.${outcome}`)}
          </Text>
          {' · '}
        </>
      )}
      <HostText prose>{reason}</HostText>
      {dependsOn.length === 0 ? null : <> · {t('plan.after', { steps: dependsOn.join(', ') })}</>}
      {undoable ? null : (
        <>
          {' '}
          <Badge tone="high">{t('plan.final')}</Badge>
        </>
      )}
      {detail === undefined ? null : (
        <Text size="xs" component="div" {...(odd ? { c: 'var(--davylamp-high)' } : {})}>
          <HostText prose>{detail}</HostText>
        </Text>
      )}
    </Text>
  )
}

const marks = {
  planned: [CircleDashed, 'quiet'],
  prepared: [Loader, 'quiet'],
  done: [Check, 'good'],
  'already-done': [Check, 'good'],
  'changed-since': [TriangleAlert, 'odd'],
  failed: [X, 'bad'],
  skipped: [Minus, 'odd'],
  undone: [Undo2, 'quiet'],
} as const

/** The words beside it say the same. */
function Mark({ outcome }: { readonly outcome: Outcome | undefined }) {
  const [Icon, tone] = outcome === undefined ? ([CircleSlash, 'none'] as const) : marks[outcome]
  return (
    <span className={classes['mark']} data-tone={tone} aria-hidden>
      {tone === 'none' ? null : <Icon size={16} />}
    </span>
  )
}
