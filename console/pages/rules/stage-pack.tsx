import { Text } from '@mantine/core'
import { useChange } from '../../center/index.ts'
import { ConfirmDialog, showDone } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import type { Stage } from './next-stages.ts'
import type { Pack } from './packs.tsx'

interface StagePackProps {
  /** Both absent: closed. */
  readonly pack: Pack | undefined
  readonly stage: Stage | undefined
  readonly onClose: () => void
}

export function StagePack({ pack, stage, onClose }: StagePackProps) {
  const { t } = useWords('rules')
  const change = useChange('stagePack', ['listPacks', 'listRules'])
  const of = { name: pack?.name ?? '', version: pack?.version ?? 0 }
  const go = async () => {
    if (pack === undefined || stage === undefined) return
    await change.mutateAsync({ params: { pack: pack.id }, body: { stage } })
    showDone(t('stage.done', { ...of, stage: t(`stages.${stage}`) }))
  }
  return (
    <ConfirmDialog
      opened={pack !== undefined && stage !== undefined}
      title={stage === 'withdrawn' ? t('stage.withdraw-title', of) : t('stage.title', of)}
      confirm={stage === undefined ? '' : stage === 'withdrawn' ? t('stage.withdraw') : t(`stages.${stage}`)}
      ends="undoable"
      onConfirm={go}
      onClose={onClose}
    >
      {stage === undefined ? null : <Text size="sm">{t(`stage.what.${stage}`)}</Text>}
    </ConfirmDialog>
  )
}
