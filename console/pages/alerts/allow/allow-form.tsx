import { Checkbox, Loader, Select, Stack } from '@mantine/core'
import { useState } from 'react'
import { type AnswerTo, useCall } from '../../../center/index.ts'
import { ErrorText, HostText } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import { AllowEnd } from './allow-end.tsx'
import classes from './allow.module.css'
import { advisedOf, candidatesOf, type ConditionName, conditionNames, conditionOf } from './conditions.ts'
import { ScopeChoice, type ScopeKind, scopeOf } from './scope-choice.tsx'

interface AllowFormProps {
  /** An incident, whose findings are allowed one by one, or a finding. */
  readonly alert: AnswerTo<'getAlert'>
  readonly onClose: () => void
  readonly onAllowed: () => void
}

/** Says that something is meant to be so; what is named is taken from the evidence. */
export function AllowForm({ alert, onClose, onAllowed }: AllowFormProps) {
  const { t } = useWords('alerts')
  const [chosen, setChosen] = useState(alert.about === 'finding' ? alert.id : alert.findings[0]?.id)
  const finding = useCall('getAlert', { params: { alert: chosen ?? '' } }, { enabled: chosen !== undefined })
  return (
    <Stack gap="sm">
      {alert.about === 'finding' ? null : (
        <Select
          size="xs"
          label={t('allow.finding')}
          description={t('allow.finding-what')}
          data={alert.findings.map(one => ({ value: one.id, label: one.title.slice(0, 160) }))}
          value={chosen ?? null}
          onChange={value => setChosen(value ?? undefined)}
          allowDeselect={false}
        />
      )}
      <ErrorText error={finding.error} />
      {finding.data === undefined ? (
        finding.error === null && chosen !== undefined ? (
          <Loader size="sm" type="dots" />
        ) : null
      ) : (
        <OfFinding key={finding.data.id} finding={finding.data} onClose={onClose} onAllowed={onAllowed} />
      )}
    </Stack>
  )
}

interface OfFindingProps {
  readonly finding: AnswerTo<'getAlert'>
  readonly onClose: () => void
  readonly onAllowed: () => void
}

function OfFinding({ finding, onClose, onAllowed }: OfFindingProps) {
  const { t } = useWords('alerts')
  const candidates = candidatesOf(finding.evidence)
  const [names, setNames] = useState<readonly ConditionName[]>(advisedOf(candidates))
  const [kind, setKind] = useState<ScopeKind>('host')
  return (
    <>
      <Checkbox.Group
        label={t('allow.condition')}
        description={t('allow.condition-what')}
        value={[...names]}
        onChange={chosen => setNames(conditionNames.filter(one => chosen.includes(one)))}
      >
        <Stack gap={6} mt={6}>
          {candidates.map(({ name, shown }) => (
            <Checkbox
              key={name}
              value={name}
              size="sm"
              label={t(`allow.names.${name}`)}
              description={
                <span className={classes['value']}>
                  <HostText prose={name === 'rule'}>{shown}</HostText>
                </span>
              }
            />
          ))}
        </Stack>
      </Checkbox.Group>
      <ScopeChoice host={finding.host} kind={kind} onChange={setKind} />
      <AllowEnd
        condition={conditionOf(candidates, names)}
        scope={scopeOf(kind, finding.host)}
        onClose={onClose}
        onAllowed={onAllowed}
      />
    </>
  )
}
