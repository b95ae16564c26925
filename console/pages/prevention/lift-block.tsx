import { Stack, Text } from '@mantine/core'
import { useChange } from '../../center/index.ts'
import { ConfirmDialog, HostText, ScopeText, showDone } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import type { Block } from './block-list.tsx'

interface LiftBlockProps {
  /** Absent: closed. */
  readonly block: Block | undefined
  readonly onClose: () => void
}

export function LiftBlock({ block, onClose }: LiftBlockProps) {
  const { t } = useWords('prevention')
  const remove = useChange('removeBlock', ['listBlocks', 'listBlocked'])
  const address = block?.address ?? ''
  const go = async () => {
    await remove.mutateAsync({ params: { block: block?.id ?? '' } })
    showDone(t('lift.done', { address }))
  }
  return (
    <ConfirmDialog
      opened={block !== undefined}
      title={t('blocks.remove-of', { address })}
      confirm={t('blocks.remove')}
      ends="undoable"
      onConfirm={go}
      onClose={onClose}
    >
      {block === undefined ? null : (
        <Stack gap="xs">
          <Text size="sm" component="div">
            {t('lift.what')} <ScopeText scope={block.scope} />
          </Text>
          <Text size="sm" component="div">
            {t('lift.reason', { by: block.createdBy })} <HostText prose>{block.reason}</HostText>
          </Text>
        </Stack>
      )}
    </ConfirmDialog>
  )
}
