import { Alert, Button, Group, Modal, NumberInput, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { kernelPath } from '../../model/api/index.ts'
import { type AnswerTo, useCall, useChange } from '../center/index.ts'
import { useWords } from '../words/index.ts'
import { showDone } from './said.tsx'
import { isWholeScope, type Scope, ScopeField, ScopeText } from './scope.tsx'
import { ErrorText } from './states.tsx'

type Started = AnswerTo<'startScan'>
type Mode = 'quick' | 'full' | 'path'

interface StartScanFormProps {
  /** Fixed: it is only shown. Absent: it is chosen here. */
  readonly scope?: Scope
  readonly onStarted: (started: Started) => void
  /** In a dialog: the way out. */
  readonly onCancel?: () => void
}

/** Which hosts are looked at now, how, and how much of a processor that may take. */
export function StartScanForm({ scope: given, onStarted, onCancel }: StartScanFormProps) {
  const { t } = useWords('parts')
  const [chosen, setChosen] = useState<Scope>({})
  const [mode, setMode] = useState<Mode>('quick')
  const [path, setPath] = useState('')
  const [cpuPercent, setCpuPercent] = useState<number | string>('')
  const modes = useModes()
  const start = useChange('startScan', ['listTasks', 'listOrders'])
  const scope = given ?? chosen
  const wrong = mode === 'path' && path !== '' ? wrongPath(path) : undefined
  const unable = useUnable(mode, scope)
  const ready = isWholeScope(scope) && (mode !== 'path' || (path !== '' && wrong === undefined))
  const go = async () => {
    const body = {
      scope,
      mode,
      ...(mode === 'path' ? { path } : {}),
      ...(typeof cpuPercent === 'number' ? { cpuPercent } : {}),
    }
    try {
      const started = await start.mutateAsync({ body })
      showDone(t('scan.started', { count: started.hosts }))
      onStarted(started)
    } catch {
      // Shown below.
    }
  }
  return (
    <Stack gap="sm">
      {given === undefined ? (
        <ScopeField label={t('scan.hosts')} value={chosen} onChange={setChosen} needs="scans:start" />
      ) : (
        <Text size="sm">
          {t('scan.hosts')}: <ScopeText scope={given} />
        </Text>
      )}
      {modes.length > 1 ? (
        <div>
          <Text size="sm" fw={500} mb={4}>
            {t('scan.mode')}
          </Text>
          <SegmentedControl
            aria-label={t('scan.mode')}
            size="xs"
            data={modes.map(value => ({ value, label: t(`scan.modes.${value}`) }))}
            value={mode}
            onChange={value => setMode(modes.find(one => one === value) ?? 'quick')}
          />
        </div>
      ) : null}
      {mode === 'path' ? (
        <TextInput
          label={t('scan.path')}
          placeholder="/var/www"
          value={path}
          onChange={event => setPath(event.currentTarget.value)}
          {...(wrong === undefined ? {} : { error: t(`scan.path-${wrong}`) })}
        />
      ) : null}
      <Text size="xs" c="dimmed">
        {t(`scan.what.${mode}`)}
      </Text>
      {unable === 0 ? null : (
        <Alert color="yellow" variant="light" p="xs">
          {t('scan.unable', { count: unable })}
        </Alert>
      )}
      <NumberInput
        label={t('scan.cpu')}
        description={t('scan.cpu-what')}
        placeholder={t('scan.cpu-default')}
        min={1}
        max={100}
        allowDecimal={false}
        suffix=" %"
        value={cpuPercent}
        onChange={setCpuPercent}
        maw={260}
      />
      <ErrorText error={start.error} />
      <Group justify={onCancel === undefined ? 'flex-start' : 'flex-end'} gap="xs">
        {onCancel === undefined ? null : (
          <Button variant="default" onClick={onCancel}>
            {t('confirm.cancel')}
          </Button>
        )}
        <Button onClick={() => void go()} loading={start.isPending} disabled={!ready}>
          {t('scan.start')}
        </Button>
      </Group>
    </Stack>
  )
}

interface StartScanDialogProps {
  readonly opened: boolean
  readonly scope: Scope
  readonly onClose: () => void
  readonly onStarted: (started: Started) => void
}

export function StartScanDialog({ opened, scope, onClose, onStarted }: StartScanDialogProps) {
  const { t } = useWords('parts')
  return (
    <Modal opened={opened} onClose={onClose} title={t('scan.title')} closeButtonProps={{ 'aria-label': t('close') }}>
      <StartScanForm
        scope={scope}
        onCancel={onClose}
        onStarted={started => {
          onClose()
          onStarted(started)
        }}
      />
    </Modal>
  )
}

/** Hosts that were left out, each with why. */
export function RefusedHosts({ refused }: { readonly refused: Started['refused'] }) {
  const { t } = useWords('parts')
  if (refused.length === 0) return null
  return (
    <Alert color="yellow" variant="light" title={t('scan.refused', { count: refused.length })}>
      <Stack gap={2}>
        {refused.slice(0, 20).map(({ host, reason }) => (
          <Text size="sm" key={host}>
            <ScopeText scope={{ hosts: [host] }} />: {reason}
          </Text>
        ))}
      </Stack>
    </Alert>
  )
}

/** What no scan of that path could read. */
function wrongPath(path: string): 'absolute' | 'pseudo' | undefined {
  if (!path.startsWith('/')) return 'absolute'
  return kernelPath.test(path) ? 'pseudo' : undefined
}

const agentsAsked = { query: { limit: 500 } } as const

/** How many of the agents in question cannot do it; 0 where that is not known before they are asked. */
function useUnable(mode: Mode, { hosts, groups, tags }: Scope): number {
  const { data } = useCall('listAgents', agentsAsked)
  if (mode === 'quick' || data === undefined || groups !== undefined || tags !== undefined) return 0
  return data.items.filter(
    ({ host, capabilities }) =>
      capabilities.length > 0 &&
      !capabilities.includes(`scan:${mode}`) &&
      (hosts === undefined || hosts.includes(host.id)),
  ).length
}

/** Ways of looking that agents which are there can do. */
function useModes(): readonly Mode[] {
  const { data } = useCall('listAgents', agentsAsked)
  const able = (what: string) => data?.items.some(({ capabilities }) => capabilities.includes(what)) ?? false
  return ['quick', ...(['full', 'path'] as const).filter(mode => able(`scan:${mode}`))]
}
