import { Alert, Button, Code, Group, Modal, SimpleGrid, Stack } from '@mantine/core'
import { Check, Copy, Printer } from 'lucide-react'
import { CopyButton } from '@mantine/core'
import { useWords } from '../words/index.ts'
import classes from './recovery-codes.module.css'

interface RecoveryCodesProps {
  /** `undefined`: closed. They are shown once, and nowhere kept. */
  readonly codes: readonly string[] | undefined
  readonly onClose: () => void
}

export function RecoveryCodes({ codes, onClose }: RecoveryCodesProps) {
  const { t } = useWords('people')
  return (
    <Modal
      opened={codes !== undefined}
      onClose={onClose}
      title={t('recovery.title')}
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      <Stack gap="sm" className={classes['printed'] ?? ''}>
        <Alert variant="light" color="yellow">
          {t('recovery.why')}
        </Alert>
        <SimpleGrid cols={2} spacing="xs" verticalSpacing="xs" component="ul" className={classes['codes'] ?? ''}>
          {(codes ?? []).map(code => (
            <li key={code}>
              <Code>{code}</Code>
            </li>
          ))}
        </SimpleGrid>
        <Group justify="space-between" gap="xs" className={classes['buttons'] ?? ''}>
          <Group gap="xs">
            <CopyButton value={(codes ?? []).join('\n')}>
              {({ copied, copy }) => (
                <Button
                  variant="default"
                  onClick={copy}
                  leftSection={copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
                >
                  {copied ? t('recovery.copied') : t('recovery.copy')}
                </Button>
              )}
            </CopyButton>
            <Button variant="default" leftSection={<Printer size={16} aria-hidden />} onClick={() => window.print()}>
              {t('recovery.print')}
            </Button>
          </Group>
          <Button onClick={onClose} data-autofocus>
            {t('recovery.kept')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
