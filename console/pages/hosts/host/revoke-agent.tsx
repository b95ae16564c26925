import { List, Stack, Text, Textarea } from '@mantine/core'
import { useState } from 'react'
import { type AnswerTo, useChange } from '../../../center/index.ts'
import { ConfirmDialog, HostText, showDone } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'

interface RevokeAgentProps {
  readonly agent: AnswerTo<'getHostAgent'>
  readonly opened: boolean
  readonly onClose: () => void
}

export function RevokeAgent({ agent, opened, onClose }: RevokeAgentProps) {
  const { t } = useWords('hosts')
  const [because, setBecause] = useState('')
  const revoke = useChange('revokeAgent', ['getHostAgent', 'getHost', 'listHosts', 'listAgents', 'listHostEvents'])
  return (
    <ConfirmDialog
      opened={opened}
      title={t('agent.revoke')}
      confirm={t('agent.revoke-confirm')}
      ends="final"
      onClose={onClose}
      onConfirm={async () => {
        if (because.trim() === '') throw new Error(t('agent.because-needed'))
        await revoke.mutateAsync({ params: { agent: agent.id }, body: { because } })
        showDone(t('agent.revoked-done'))
      }}
    >
      <Stack gap="sm">
        <Text size="sm">
          <HostText prose>{agent.host.name}</HostText>
        </Text>
        <List size="sm" spacing={4}>
          <List.Item>{t('agent.revoke-closes')}</List.Item>
          <List.Item>{t('agent.revoke-again')}</List.Item>
          <List.Item>{t('agent.revoke-history')}</List.Item>
        </List>
        <Textarea
          label={t('agent.because')}
          value={because}
          onChange={event => setBecause(event.currentTarget.value)}
          maxLength={1_000}
          required
        />
      </Stack>
    </ConfirmDialog>
  )
}
