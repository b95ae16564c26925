import { Button, Fieldset, Group, Modal, NumberInput, Radio, Stack, Switch, Text } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { watchModes } from '../../../../model/api/index.ts'
import { useChange } from '../../../center/index.ts'
import { ErrorText, HostText, showDone } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import { type HostGroup, type Policy, policyOf } from '../../prevention/policy-of.ts'

interface EditPolicyProps {
  /** `undefined`: closed. */
  readonly group: HostGroup | undefined
  readonly groups: readonly HostGroup[]
  readonly onClose: () => void
}

export function EditPolicy({ group, groups, onClose }: EditPolicyProps) {
  const { t } = useWords('settings')
  return (
    <Modal
      opened={group !== undefined}
      onClose={onClose}
      title={t('policies.edit-title')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('cancel') }}
    >
      {group === undefined ? null : <Form group={group} groups={groups} onClose={onClose} />}
    </Modal>
  )
}

function Form({ group, groups, onClose }: EditPolicyProps & { readonly group: HostGroup }) {
  const { t } = useWords('settings')
  const { t: word } = useWords('detections')
  const change = useChange('updateGroup', ['listGroups'])
  const above = policyOf({ ...group, policy: undefined }, groups)
  const [own, setOwn] = useState(group.policy !== undefined)
  const [policy, setPolicy] = useState<Policy>(policyOf(group, groups).policy)
  const shown = own ? policy : above.policy
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const { version: _, ...given } = policy
    try {
      await change.mutateAsync({ params: { group: group.id }, body: { policy: own ? given : null } })
    } catch {
      return
    }
    showDone(t('policies.saved'))
    onClose()
  }
  const minutes = (label: string, value: number, set: (minutes: number) => void, least: number, most: number) => (
    <NumberInput
      label={label}
      suffix={` ${t('policies.minutes')}`}
      min={least}
      max={most}
      allowDecimal={false}
      value={value}
      onChange={given => set(Math.min(most, Math.max(least, Number(given) || least)))}
    />
  )
  return (
    <form onSubmit={event => void submit(event)}>
      <Stack gap="sm">
        <HostText>{group.name}</HostText>
        <Radio.Group
          label={t('policies.whose')}
          value={own ? 'own' : 'above'}
          onChange={value => setOwn(value === 'own')}
        >
          <Stack gap={6} mt={6}>
            <Radio
              value="above"
              label={
                above.from === undefined ? (
                  t('policies.inherit-default')
                ) : (
                  <span>
                    {t('policies.inherit')} <HostText>{above.from.name}</HostText>
                  </span>
                )
              }
            />
            <Radio value="own" label={t('policies.own-choice')} />
          </Stack>
        </Radio.Group>
        <Fieldset disabled={!own} legend={t('policies.settings')} p="sm">
          <Stack gap="sm">
            <Group grow align="flex-start" gap="sm">
              {minutes(
                t('policies.scan-every'),
                shown.scan.quick.everyMinutes,
                everyMinutes => setPolicy({ ...policy, scan: { ...policy.scan, quick: { everyMinutes } } }),
                5,
                10_080,
              )}
              <NumberInput
                label={t('policies.cpu')}
                suffix=" %"
                min={1}
                max={100}
                allowDecimal={false}
                value={shown.scan.cpuPercent}
                onChange={given =>
                  setPolicy({
                    ...policy,
                    scan: { ...policy.scan, cpuPercent: Math.min(100, Math.max(1, Number(given) || 1)) },
                  })
                }
              />
            </Group>
            <Group grow align="flex-start" gap="sm">
              {minutes(
                t('policies.inventory-every'),
                shown.inventoryEveryMinutes,
                inventoryEveryMinutes => setPolicy({ ...policy, inventoryEveryMinutes }),
                5,
                10_080,
              )}
              {minutes(
                t('policies.cost-every'),
                shown.reportCostEveryMinutes,
                reportCostEveryMinutes => setPolicy({ ...policy, reportCostEveryMinutes }),
                1,
                1_440,
              )}
            </Group>
            <Radio.Group
              label={t('policies.prevention')}
              value={shown.prevention}
              onChange={value =>
                setPolicy({ ...policy, prevention: watchModes.find(one => one === value) ?? policy.prevention })
              }
            >
              <Stack gap={6} mt={6}>
                {watchModes.map(mode => (
                  <Radio
                    key={mode}
                    value={mode}
                    label={word(`modes.${mode}`)}
                    description={word(`modes-what.${mode}`)}
                  />
                ))}
              </Stack>
            </Radio.Group>
            <Switch
              label={t('policies.response')}
              description={t('policies.response-about')}
              checked={shown.autoResponse === 'confirmed'}
              disabled={shown.prevention !== 'block'}
              onChange={event =>
                setPolicy({ ...policy, autoResponse: event.currentTarget.checked ? 'confirmed' : 'off' })
              }
            />
            <Switch
              label={t('policies.later-looks')}
              description={t('policies.later-looks-about')}
              checked={shown.laterLooks}
              onChange={event => setPolicy({ ...policy, laterLooks: event.currentTarget.checked })}
            />
          </Stack>
        </Fieldset>
        <Text size="sm" c="dimmed">
          {t('policies.only-tighter')}
        </Text>
        <ErrorText error={change.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" loading={change.isPending}>
            {t('save')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
