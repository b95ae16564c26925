import { Button, Modal } from '@mantine/core'
import { ShieldBan } from 'lucide-react'
import { useState } from 'react'
import { useUrlFilter } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { BlockForm } from './block-form.tsx'

/** The button above the list, and what it opens. */
export function AddBlock() {
  const { t } = useWords('prevention')
  const { t: part } = useWords('parts')
  const [opened, setOpened] = useState(false)
  // Other pages link here with an address to block.
  const [{ block }, change] = useUrlFilter(['block'])
  const shown = opened || block !== undefined
  const close = () => {
    setOpened(false)
    if (block !== undefined) change({ block: undefined })
  }
  return (
    <>
      <Button size="xs" leftSection={<ShieldBan size={16} aria-hidden />} onClick={() => setOpened(true)}>
        {t('add.open')}
      </Button>
      <Modal
        opened={shown}
        onClose={close}
        title={t('add.open')}
        size="lg"
        closeButtonProps={{ 'aria-label': part('close') }}
      >
        {shown ? <BlockForm start={block ?? ''} onClose={close} /> : null}
      </Modal>
    </>
  )
}
