import { Modal, Select, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useDebouncedValue } from '@mantine/hooks'
import { useCall } from '../../../center/index.ts'
import { type Scope, ScopeField } from '../../../parts/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import { AllowEnd } from './allow-end.tsx'
import classes from './allow.module.css'
import { type AllowCondition, conditionNames, type ConditionName } from './conditions.ts'

interface AddAllowanceProps {
  readonly opened: boolean
  readonly onClose: () => void
}

/** By hand: for what is known to come. */
export function AddAllowance({ opened, onClose }: AddAllowanceProps) {
  const { t } = useWords('alerts')
  const { t: word } = useWords('parts')
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('allowlist.add-title')}
      size="lg"
      closeButtonProps={{ 'aria-label': word('close') }}
    >
      {opened ? <Inside onClose={onClose} /> : null}
    </Modal>
  )
}

const typed = conditionNames.filter(one => one !== 'rule')
const sha256Form = /^[0-9a-f]{64}$/

function Inside({ onClose }: Pick<AddAllowanceProps, 'onClose'>) {
  const { t } = useWords('alerts')
  const { t: word } = useWords('parts')
  const { canEverywhere } = useSession()
  const rules = useCall('listRules', { query: { limit: 500 } })
  const everywhere = canEverywhere('allowlist:write')
  const [texts, setTexts] = useState<Readonly<Record<ConditionName, string>>>({
    rule: '',
    sha256: '',
    path: '',
    user: '',
    package: '',
    fingerprint: '',
  })
  const [scope, setScope] = useState<Scope>(everywhere ? {} : { groups: [] })
  const [condition] = useDebouncedValue(conditionIn(texts), 300)
  const wrongHash = texts.sha256.trim() !== '' && !sha256Form.test(texts.sha256.trim().toLowerCase())
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t('allow.by-hand')}
      </Text>
      <div className={classes['fields']}>
        <Select
          size="xs"
          label={t('allow.names.rule')}
          data={(rules.data?.items ?? []).map(one => ({ value: one.id, label: one.title }))}
          value={texts.rule === '' ? null : texts.rule}
          onChange={rule => setTexts({ ...texts, rule: rule ?? '' })}
          searchable
          clearable
          clearButtonProps={{ 'aria-label': word('filters.clear') }}
          nothingFoundMessage={word('none')}
        />
        {typed.map(name => (
          <TextInput
            key={name}
            size="xs"
            label={t(`allow.names.${name}`)}
            value={texts[name]}
            error={name === 'sha256' && wrongHash ? t('allow.wrong-hash') : undefined}
            onChange={event => setTexts({ ...texts, [name]: event.currentTarget.value })}
          />
        ))}
      </div>
      <ScopeField
        label={t('allow.where')}
        value={scope}
        onChange={setScope}
        needs="allowlist:write"
        onlyGroups={!everywhere}
      />
      <AllowEnd condition={wrongHash ? {} : condition} scope={scope} onClose={onClose} onAllowed={() => {}} />
    </Stack>
  )
}

function conditionIn(texts: Readonly<Record<ConditionName, string>>): AllowCondition {
  return Object.fromEntries(
    conditionNames
      .map(name => [name, name === 'sha256' ? texts[name].trim().toLowerCase() : texts[name].trim()] as const)
      .filter(([, value]) => value !== ''),
  )
}
