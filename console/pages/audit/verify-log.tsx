import { Alert, Button, Group, Loader, Modal, Stack, Text, Textarea } from '@mantine/core'
import { type FormEvent, useEffect, useState } from 'react'
import { useChange } from '../../center/index.ts'
import { CopyText, ErrorText, useNumbers } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { keptHeads } from './kept-heads.ts'

interface VerifyLogProps {
  readonly opened: boolean
  readonly onClose: () => void
}

export function VerifyLog({ opened, onClose }: VerifyLogProps) {
  const { t } = useWords('audit')
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('verify.title')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('entry.close') }}
    >
      {opened ? <Verdict /> : null}
    </Modal>
  )
}

function Verdict() {
  const { t } = useWords('audit')
  const { number } = useNumbers()
  const verify = useChange('verifyAudit')
  const [text, setText] = useState('')
  const { mutate } = verify
  useEffect(() => mutate({ body: {} }), [mutate])
  const heads = keptHeads(text)
  const again = (event: FormEvent) => {
    event.preventDefault()
    if (heads !== undefined) mutate({ body: { heads } })
  }
  const { data } = verify
  return (
    <Stack gap="md">
      {verify.isPending ? (
        <Group gap="xs" role="status">
          <Loader size="sm" />
          <Text size="sm">{t('verify.busy')}</Text>
        </Group>
      ) : data === undefined ? (
        <ErrorText error={verify.error} />
      ) : data.ok ? (
        <Alert variant="light" color="green" title={t('verify.good')} role="status">
          {t('verify.good-what', { count: data.entries, replace: { count: number(data.entries) } })}
        </Alert>
      ) : (
        <Alert variant="light" color="red" title={t('verify.bad')} role="alert">
          <Text size="sm">{t('verify.bad-what', { number: number(data.brokenAt ?? 1) })}</Text>
          <Text size="sm" c="dimmed" lang="en">
            {data.reason}
          </Text>
        </Alert>
      )}
      {data?.ok === true && !verify.isPending ? (
        <div>
          <Text size="sm" fw={500}>
            {t('verify.head')}
          </Text>
          <Text size="xs" c="dimmed" mb={6}>
            {t('verify.head-what')}
          </Text>
          <CopyText>{`${data.head.sequence} ${data.head.hash}`}</CopyText>
        </div>
      ) : null}
      <form onSubmit={again}>
        <Textarea
          label={t('verify.kept')}
          autosize
          minRows={2}
          maxRows={6}
          spellCheck={false}
          value={text}
          error={heads === undefined ? t('verify.kept-wrong') : undefined}
          onChange={event => setText(event.currentTarget.value)}
        />
        <Group justify="flex-end" mt="sm">
          <Button type="submit" variant="default" disabled={heads === undefined} loading={verify.isPending}>
            {t('verify.again')}
          </Button>
        </Group>
      </form>
    </Stack>
  )
}
