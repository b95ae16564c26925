import { Button, Group, List, Modal, Stack, TextInput } from '@mantine/core'
import { type FormEvent, useEffect, useState } from 'react'
import { useChange } from '../../center/index.ts'
import { CopyText, ErrorText, LoadingState } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { QrCode } from './qr-code.tsx'

interface AddCodesProps {
  readonly opened: boolean
  readonly onClose: () => void
  readonly onRecoveryCodes: (codes: readonly string[]) => void
}

/** Codes of an app: scan, type the first one, and it is in force. */
export function AddCodes({ opened, onClose, onRecoveryCodes }: AddCodesProps) {
  const { t } = useWords('profile')
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('codes.start')}
      closeButtonProps={{ 'aria-label': t('codes.cancel') }}
    >
      {opened ? <Steps onClose={onClose} onRecoveryCodes={onRecoveryCodes} /> : null}
    </Modal>
  )
}

function Steps({ onClose, onRecoveryCodes }: Omit<AddCodesProps, 'opened'>) {
  const { t } = useWords('profile')
  const [code, setCode] = useState('')
  const start = useChange('startCodes')
  const confirm = useChange('confirmCodes', ['showSecondFactors'])
  const { mutate: begin } = start
  useEffect(() => begin({}), [begin])
  const finish = async (event: FormEvent) => {
    event.preventDefault()
    try {
      const { recoveryCodes } = await confirm.mutateAsync({ body: { code: code.replace(/\s/g, '') } })
      onClose()
      onRecoveryCodes(recoveryCodes)
    } catch {
      setCode('')
    }
  }
  if (start.error !== null) return <ErrorText error={start.error} />
  if (start.data === undefined) return <LoadingState />
  return (
    <form onSubmit={event => void finish(event)}>
      <Stack gap="sm">
        <List type="ordered" size="sm" spacing="xs">
          <List.Item>{t('codes.step-app')}</List.Item>
          <List.Item>{t('codes.step-scan')}</List.Item>
          <List.Item>{t('codes.step-code')}</List.Item>
        </List>
        <QrCode label={t('codes.qr')}>{start.data.url}</QrCode>
        <details>
          <summary>{t('codes.by-hand')}</summary>
          <CopyText>{start.data.secret}</CopyText>
        </details>
        <TextInput
          label={t('codes.code')}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={7}
          value={code}
          onChange={event => setCode(event.currentTarget.value)}
          data-autofocus
        />
        <ErrorText error={confirm.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('codes.cancel')}
          </Button>
          <Button type="submit" loading={confirm.isPending} disabled={!/^\d{3}\s?\d{3}$/.test(code.trim())}>
            {t('codes.go')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
