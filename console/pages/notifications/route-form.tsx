import { Button, Group, MultiSelect, Paper, Select, Stack, Switch, Text, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { alertLevels, noticeLanguages, noticeReasons } from '../../../model/api/index.ts'
import { useChange } from '../../center/index.ts'
import { alertTypes, ErrorText, showDone } from '../../parts/index.ts'
import { languageNames, useWords } from '../../words/index.ts'
import { bodyOf, draftOf, emptyDraft, faultsOf, type NotifyRoute, type RouteDraft } from './route-draft.ts'
import { RouteLimits } from './route-limits.tsx'
import { RouteQuiet } from './route-quiet.tsx'
import { type Names, RouteSays } from './route-says.tsx'

interface RouteFormProps {
  /** Absent: a new one. */
  readonly route: NotifyRoute | undefined
  readonly names: Names
  readonly onClose: () => void
}

/** A route, and below it what it does in plain words. */
export function RouteForm({ route, names, onClose }: RouteFormProps) {
  const { t } = useWords('notifications')
  const { t: part } = useWords('parts')
  const [draft, setDraft] = useState<RouteDraft>(route === undefined ? emptyDraft : draftOf(route))
  const [tried, setTried] = useState(false)
  const create = useChange('createNotifyRoute', ['listNotifyRoutes'])
  const change = useChange('changeNotifyRoute', ['listNotifyRoutes'])
  const set = (some: Partial<RouteDraft>) => setDraft({ ...draft, ...some })
  const faults = faultsOf(draft)
  const send = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (Object.values(faults).some(Boolean)) return
    const body = bodyOf(draft)
    const onSuccess = () => {
      showDone(t('form.saved', { name: body.name }))
      onClose()
    }
    if (route === undefined) create.mutate({ body }, { onSuccess })
    else change.mutate({ params: { route: route.id }, body }, { onSuccess })
  }
  return (
    <form onSubmit={send} noValidate>
      <Stack gap="sm">
        <TextInput
          label={t('form.name')}
          value={draft.name}
          onChange={event => set({ name: event.currentTarget.value })}
          maxLength={100}
          error={tried && faults.name ? t('form.required') : undefined}
          required
          data-autofocus
        />
        <MultiSelect
          label={t('routes.channels')}
          data={optionsOf(names.channels)}
          value={[...draft.channels]}
          onChange={channels => set({ channels })}
          error={tried && faults.channels ? t('routes.channels-missing') : undefined}
          required
        />
        <MultiSelect
          label={t('routes.what')}
          placeholder={draft.what.length === 0 ? t('routes.everything') : ''}
          data={noticeReasons.map(value => ({ value, label: t(`reasons.${value}`) }))}
          value={[...draft.what]}
          onChange={what => set({ what: noticeReasons.filter(one => what.includes(one)) })}
        />
        <Group grow align="flex-start" gap="sm">
          <Select
            label={t('routes.at-least')}
            placeholder={t('routes.any-level')}
            data={alertLevels.toReversed().map(value => ({ value, label: part(`levels.${value}`) }))}
            value={draft.atLeast ?? null}
            onChange={next => set({ atLeast: alertLevels.find(one => one === next) })}
            clearable
            clearButtonProps={{ 'aria-label': t('routes.any-level') }}
          />
          <Select
            label={t('routes.language')}
            placeholder={t('routes.of-channel')}
            data={noticeLanguages.map(value => ({ value, label: languageNames[value] }))}
            value={draft.language ?? null}
            onChange={next => set({ language: noticeLanguages.find(one => one === next) })}
            clearable
            clearButtonProps={{ 'aria-label': t('routes.of-channel') }}
          />
        </Group>
        <MultiSelect
          label={t('routes.groups')}
          placeholder={draft.groups.length === 0 ? t('routes.all-groups') : ''}
          data={optionsOf(names.groups)}
          value={[...draft.groups]}
          onChange={groups => set({ groups })}
          searchable
        />
        <MultiSelect
          label={t('routes.types')}
          placeholder={draft.types.length === 0 ? t('routes.all-types') : ''}
          data={alertTypes.map(value => ({ value, label: part(`types.${value}`) }))}
          value={[...draft.types]}
          onChange={types => set({ types })}
          searchable
        />
        <RouteQuiet draft={draft} onChange={set} wrong={tried && faults.quiet} />
        <RouteLimits
          draft={draft}
          onChange={set}
          channels={optionsOf(names.channels)}
          wrong={tried && faults.escalation}
        />
        <Switch
          label={t('form.enabled')}
          checked={draft.enabled}
          onChange={event => set({ enabled: event.currentTarget.checked })}
        />
        <Paper withBorder p="sm" bg="var(--mantine-color-default-hover)">
          <Text size="xs" c="dimmed" fw={600}>
            {t('routes.says')}
          </Text>
          <Text size="sm" component="div" role="status">
            <RouteSays route={draft} names={names} />
          </Text>
        </Paper>
        <ErrorText error={create.error ?? change.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {part('confirm.cancel')}
          </Button>
          <Button type="submit" loading={create.isPending || change.isPending}>
            {t('form.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function optionsOf(names: ReadonlyMap<string, string>) {
  return [...names].map(([value, label]) => ({ value, label }))
}
