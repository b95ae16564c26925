import { Button, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useNavigate } from 'react-router'
import { useChange } from '../../center/index.ts'
import { ConfirmDialog, showDone } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'

/** Makes a draft of the pack "indicators", and goes where it is rolled out. */
export function PublishIndicators() {
  const { t } = useWords('intelligence')
  const navigate = useNavigate()
  const [opened, { open, close }] = useDisclosure()
  const publish = useChange('publishIndicators', ['listPacks'])
  const go = async () => {
    const { version } = await publish.mutateAsync({})
    showDone(t('indicators.published', { version }))
    void navigate('/rules/packs')
  }
  return (
    <>
      <Button size="xs" variant="default" onClick={open}>
        {t('indicators.publish')}
      </Button>
      <ConfirmDialog
        opened={opened}
        title={t('indicators.publish-title')}
        confirm={t('indicators.publish')}
        onConfirm={go}
        onClose={close}
      >
        <Text size="sm">{t('indicators.publish-what')}</Text>
      </ConfirmDialog>
    </>
  )
}
