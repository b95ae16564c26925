import {
  Alert,
  Button,
  Group,
  Modal,
  NumberInput,
  Radio,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core'
import { useState } from 'react'
import { useChange } from '../../center/index.ts'
import { ErrorText, HostText, showDone } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { type HostGroup, policyOf } from '../prevention/policy-of.ts'

interface ScheduleDialogProps {
  readonly group: HostGroup | undefined
  readonly groups: readonly HostGroup[]
  readonly onClose: () => void
}

export function ScheduleDialog({ group, groups, onClose }: ScheduleDialogProps) {
  const { t } = useWords('virus-scan')
  const { t: p } = useWords('parts')
  return (
    <Modal
      opened={group !== undefined}
      onClose={onClose}
      title={t('schedule.title')}
      size="lg"
      closeButtonProps={{ 'aria-label': p('close') }}
    >
      {group === undefined ? null : <ScheduleForm group={group} groups={groups} onClose={onClose} />}
    </Modal>
  )
}

const days = [1, 7, 14, 30, 90] as const
const usualClock = '03:00'
const rhythms = [15, 30, 60, 180, 360, 720, 1_440, 10_080] as const

function ScheduleForm({ group, groups, onClose }: ScheduleDialogProps & { readonly group: HostGroup }) {
  const { t, i18n } = useWords('virus-scan')
  const { t: p } = useWords('parts')
  const { policy, from } = policyOf(group, groups)
  const above = policyOf(withoutOwn(group), groups)
  const [way, setWay] = useState(from?.id === group.id ? 'own' : 'inherit')
  const [everyMinutes, setEveryMinutes] = useState(String(policy.scan.quick.everyMinutes))
  const [cpuPercent, setCpuPercent] = useState<number | string>(policy.scan.cpuPercent)
  const [everyDays, setEveryDays] = useState(String(policy.scan.full?.everyDays ?? 0))
  const [clock, setClock] = useState(policy.scan.full?.at ?? usualClock)
  const update = useChange('updateGroup', ['listGroups', 'listHosts', 'listAgents'])
  const offered = [...new Set([...rhythms, policy.scan.quick.everyMinutes])].sort((one, other) => one - other)
  const offeredDays = [...new Set([0, ...days, Number(everyDays)])].sort((one, other) => one - other)
  const save = async () => {
    const { version: _, ...rest } = policy
    const scan = {
      quick: { everyMinutes: Number(everyMinutes) },
      ...(Number(everyDays) > 0 ? { full: { everyDays: Number(everyDays), at: clock } } : {}),
      cpuPercent: typeof cpuPercent === 'number' ? cpuPercent : policy.scan.cpuPercent,
    }
    try {
      await update.mutateAsync({
        params: { group: group.id },
        body: { policy: way === 'inherit' ? null : { ...rest, scan } },
      })
      showDone(t('schedule.saved'))
      onClose()
    } catch {
      // Shown below.
    }
  }
  return (
    <Stack gap="sm">
      <Text size="sm" fw={600}>
        <HostText prose>{group.name}</HostText>
      </Text>
      <Radio.Group value={way} onChange={setWay} label={t('schedule.whose')}>
        <Stack gap={6} mt={4}>
          <Radio
            value="inherit"
            label={
              above.from === undefined ? (
                t('schedule.use-default')
              ) : (
                <>
                  {t('schedule.use-above')} <HostText prose>{above.from.name}</HostText>
                </>
              )
            }
          />
          <Radio value="own" label={t('schedule.use-own')} />
        </Stack>
      </Radio.Group>
      {way === 'own' ? (
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <Select
            label={t('schedule.every')}
            data={offered.map(minutes => ({ value: String(minutes), label: lengthOf(minutes, i18n.language) }))}
            value={everyMinutes}
            onChange={value => setEveryMinutes(value ?? everyMinutes)}
            allowDeselect={false}
          />
          <NumberInput
            label={t('schedule.cpu')}
            description={t('schedule.cpu-what')}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            min={1}
            max={100}
            allowDecimal={false}
            suffix=" %"
            value={cpuPercent}
            onChange={setCpuPercent}
          />
          <Select
            label={t('schedule.full')}
            description={t('schedule.full-what')}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            data={offeredDays.map(one => ({
              value: String(one),
              label: one === 0 ? t('schedule.never') : lengthOf(one * 1_440, i18n.language),
            }))}
            value={everyDays}
            onChange={value => setEveryDays(value ?? everyDays)}
            allowDeselect={false}
          />
          {everyDays === '0' ? null : (
            <TextInput
              type="time"
              label={t('schedule.at')}
              description={t('schedule.at-what')}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              value={clock}
              onChange={event => setClock(event.currentTarget.value)}
            />
          )}
        </SimpleGrid>
      ) : group.policy === undefined ? null : (
        <Alert color="yellow" variant="light">
          {t('schedule.drops')}
        </Alert>
      )}
      <Text size="xs" c="dimmed">
        {t('schedule.holds')}
      </Text>
      <ErrorText error={update.error} />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          {p('confirm.cancel')}
        </Button>
        <Button onClick={() => void save()} loading={update.isPending} disabled={clock === ''}>
          {t('schedule.save')}
        </Button>
      </Group>
    </Stack>
  )
}

function withoutOwn(group: HostGroup): HostGroup {
  const { policy: _, ...rest } = group
  return rest
}

/** "6 hours", as a text: options of a choice hold nothing else. */
function lengthOf(minutes: number, language: string): string {
  const [unit, value] =
    minutes % 1_440 === 0
      ? (['day', minutes / 1_440] as const)
      : minutes % 60 === 0
        ? (['hour', minutes / 60] as const)
        : (['minute', minutes] as const)
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(value)
}
