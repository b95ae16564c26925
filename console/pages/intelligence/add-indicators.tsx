import { Button, Modal } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useWords } from '../../words/index.ts'
import { IndicatorForm } from './indicator-form.tsx'

interface AddIndicatorsProps {
  readonly label: string
  /** A value that is there already. */
  readonly start?: string
  readonly small?: boolean
}

/** A button, and the form that it opens. */
export function AddIndicators({ label, start = '', small = false }: AddIndicatorsProps) {
  const { t } = useWords('intelligence')
  const { t: part } = useWords('parts')
  const [opened, { open, close }] = useDisclosure()
  return (
    <>
      <Button size={small ? 'compact-sm' : 'xs'} variant={small ? 'default' : 'filled'} onClick={open}>
        {label}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t('add.open')}
        size="lg"
        closeButtonProps={{ 'aria-label': part('close') }}
      >
        {opened ? <IndicatorForm start={start} onClose={close} /> : null}
      </Modal>
    </>
  )
}
