import { Button, Checkbox, Group, Select, TextInput } from '@mantine/core'
import { Search } from 'lucide-react'
import { type FormEvent, useEffect, useState } from 'react'
import { huntKinds } from '../../../model/api/index.ts'
import { EmptyState, NoPermissionState, useUrlFilter } from '../../parts/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import { refang } from './indicator-kind.ts'
import { LookupResult } from './lookup-result.tsx'

/** One field for anything, over all hosts and all that they had. */
export function Lookup() {
  const { t } = useWords('intelligence')
  const { can } = useSession()
  const [asked, ask] = useUrlFilter(['term', 'kind', 'prefix', 'present'])
  const [text, setText] = useState(asked.term ?? '')
  const [short, setShort] = useState(false)
  useEffect(() => setText(asked.term ?? ''), [asked.term])
  if (!can('hosts:read')) return <NoPermissionState />
  const send = (event: FormEvent) => {
    event.preventDefault()
    const term = refang(text)
    setShort(term.length < 2)
    if (term.length >= 2) ask({ term })
  }
  const kind = huntKinds.find(one => one === asked.kind)
  return (
    <>
      <search aria-label={t('tabs.lookup')}>
        <form onSubmit={send} noValidate>
          <Group gap="xs" align="flex-end" mb="md">
            <TextInput
              label={t('lookup.field')}
              value={text}
              onChange={event => setText(event.currentTarget.value)}
              error={short ? t('lookup.short') : undefined}
              maxLength={1_000}
              spellCheck={false}
              autoComplete="off"
              leftSection={<Search size={16} aria-hidden />}
              style={{ flex: '1 1 320px' }}
            />
            <Select
              label={t('kind')}
              placeholder={t('lookup.any-kind')}
              data={huntKinds.map(value => ({ value, label: t(`kinds.${value}`) }))}
              value={kind ?? null}
              onChange={value => ask({ kind: value ?? undefined })}
              clearable
              clearButtonProps={{ 'aria-label': t('lookup.any-kind') }}
              w={160}
            />
            <Button type="submit">{t('lookup.go')}</Button>
          </Group>
          <Group gap="lg" mb="md">
            <Checkbox
              size="xs"
              label={t('lookup.prefix')}
              checked={asked.prefix === 'true'}
              onChange={event => ask({ prefix: event.currentTarget.checked ? 'true' : undefined })}
            />
            <Checkbox
              size="xs"
              label={t('lookup.present')}
              checked={asked.present === 'true'}
              onChange={event => ask({ present: event.currentTarget.checked ? 'true' : undefined })}
            />
          </Group>
        </form>
      </search>
      {asked.term === undefined || asked.term.length < 2 ? (
        <EmptyState title={t('lookup.start')}>{t('lookup.start-what')}</EmptyState>
      ) : (
        <LookupResult
          term={asked.term}
          kind={kind}
          prefix={asked.prefix === 'true'}
          present={asked.present === 'true'}
        />
      )}
    </>
  )
}
