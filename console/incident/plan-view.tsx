import { Alert, List, Text, Title } from '@mantine/core'
import type { Plan } from '../../model/index.ts'
import { CopyText, HostText, useNumbers } from '../parts/index.ts'
import { useWords } from '../words/index.ts'
import { StepList } from './step-list.tsx'
import { stepsOfPlan } from './steps.ts'

/** A plan to be read before it is carried out: what happens in which order and why, what is left out, what a person has to do. */
export function PlanView({ plan }: { readonly plan: Plan }) {
  const { t } = useWords('incident')
  if (plan.actions.length === 0 && plan.skipped.length === 0 && plan.advice.length === 0)
    return <Text size="sm">{t('plan.nothing')}</Text>
  return (
    <div>
      <PlanCounts plan={plan} />
      <StepList steps={stepsOfPlan(plan)} />
      {plan.skipped.length === 0 ? null : (
        <section aria-label={t('plan.skipped')}>
          <Title order={3} size="h5" mt="md" mb={4}>
            {t('plan.skipped')}
          </Title>
          <List size="sm" spacing={4}>
            {plan.skipped.map(one => (
              <List.Item key={`${one.what} ${one.fact ?? one.why}`}>
                <HostText prose>{one.what}</HostText>
                <Text size="xs" c="dimmed">
                  <HostText prose>{one.why}</HostText>
                </Text>
              </List.Item>
            ))}
          </List>
        </section>
      )}
      <Advice plan={plan} />
    </div>
  )
}

/** "21 steps, 3 of them cannot be undone". */
export function PlanCounts({ plan }: { readonly plan: Plan }) {
  const { t } = useWords('incident')
  const { number } = useNumbers()
  const final = plan.actions.filter(one => !one.undoable).length
  return (
    <Text size="sm" c="dimmed">
      {t('plan.steps', { count: plan.actions.length, replace: { count: number(plan.actions.length) } })}
      {' · '}
      {final === 0
        ? t('plan.all-undoable')
        : t('plan.final-steps', { count: final, replace: { count: number(final) } })}
    </Text>
  )
}

function Advice({ plan }: { readonly plan: Plan }) {
  const { t } = useWords('incident')
  if (plan.advice.length === 0) return null
  return (
    <Alert color="blue" variant="light" mt="md" title={t('plan.advice')}>
      <List size="sm" spacing={6}>
        {plan.advice.map(({ text, command }) => (
          <List.Item key={text}>
            <HostText prose>{text}</HostText>
            {command === undefined ? null : <CopyText>{command}</CopyText>}
          </List.Item>
        ))}
      </List>
    </Alert>
  )
}
