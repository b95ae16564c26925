import { Button, Modal } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { ShieldBan } from 'lucide-react'
import { useWords } from '../../words/index.ts'
import { BlockForm } from './block-form.tsx'

/** The button above the list, and what it opens. */
export function AddBlock() {
  const { t } = useWords('prevention')
  const { t: part } = useWords('parts')
  const [opened, { open, close }] = useDisclosure()
  return (
    <>
      <Button size="xs" leftSection={<ShieldBan size={16} aria-hidden />} onClick={open}>
        {t('add.open')}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t('add.open')}
        size="lg"
        closeButtonProps={{ 'aria-label': part('close') }}
      >
        {opened ? <BlockForm onClose={close} /> : null}
      </Modal>
    </>
  )
}
