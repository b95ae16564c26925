import { Group, Select, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { noticeLanguages, noticeReasons } from '../../../model/api/index.ts'
import { useCall } from '../../center/index.ts'
import { ErrorState, HostText, LoadingState, useUrlFilter } from '../../parts/index.ts'
import { languageNames, useWords } from '../../words/index.ts'
import { frameDocument } from './frame-document.ts'

const messages = [...noticeReasons, 'digest', 'escalation', 'test'] as const

/** What each message looks like, in each language. */
export function Preview() {
  const { t, i18n } = useWords('notifications')
  const [chosen, choose] = useUrlFilter(['what', 'language'])
  const what = messages.find(one => one === chosen.what) ?? 'alert'
  const language = noticeLanguages.find(one => one === (chosen.language ?? i18n.language)) ?? 'en'
  const { data, error, refetch } = useCall('previewNotice', { body: { what, language } })
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        {t('preview.about')}
      </Text>
      <Group gap="sm">
        <Select
          label={t('preview.what')}
          data={messages.map(value => ({ value, label: t(`reasons.${value}`) }))}
          value={what}
          onChange={next => choose({ what: next ?? undefined })}
          allowDeselect={false}
          w={240}
        />
        <Select
          label={t('preview.language')}
          data={noticeLanguages.map(value => ({ value, label: languageNames[value] }))}
          value={language}
          onChange={next => choose({ language: next ?? undefined })}
          allowDeselect={false}
          w={180}
        />
      </Group>
      {error !== null ? <ErrorState error={error} retry={() => void refetch()} /> : null}
      {data === undefined ? (
        error === null ? (
          <LoadingState />
        ) : null
      ) : (
        <Stack gap="md" maw={860}>
          <Part title={t('preview.mail')}>
            <Text size="sm" mb={6} component="div">
              {t('preview.subject')}: <HostText prose>{data.subject}</HostText>
            </Text>
            <iframe
              title={t('preview.frame', { subject: data.subject })}
              sandbox=""
              srcDoc={frameDocument(data.html, pageNonce())}
              style={{
                width: '100%',
                height: 480,
                border: '1px solid var(--mantine-color-default-border)',
                background: '#fff',
              }}
            />
          </Part>
          <Part title={t('preview.sms')}>
            <HostText>{data.sms}</HostText>
          </Part>
          <Part title={t('preview.text')}>
            <HostText>{data.text}</HostText>
          </Part>
        </Stack>
      )}
    </Stack>
  )
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <Title order={2} size="h5" mb={6}>
        {title}
      </Title>
      {children}
    </section>
  )
}

function pageNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''
}
