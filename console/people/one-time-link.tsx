import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core'
import { CopyText, HostText, Time } from '../parts/index.ts'
import { useWords } from '../words/index.ts'

interface OneTimeLinkProps {
  /** `undefined`: closed. */
  readonly shown: { readonly name: string; readonly link: string; readonly expiresAt: string } | undefined
  readonly onClose: () => void
}

/** The link with which somebody sets a password: shown once, to be passed on by a way that only that person reads. */
export function OneTimeLink({ shown, onClose }: OneTimeLinkProps) {
  const { t } = useWords('people')
  return (
    <Modal
      opened={shown !== undefined}
      onClose={onClose}
      title={t('link.title')}
      size="lg"
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': t('link.close') }}
    >
      {shown === undefined ? null : (
        <Stack gap="sm">
          <Text size="sm">
            {t('link.for')} <HostText>{shown.name}</HostText>
          </Text>
          <CopyText>{shown.link}</CopyText>
          <Text size="sm" c="dimmed">
            {t('link.until')} <Time at={shown.expiresAt} as="full" />
          </Text>
          <Alert variant="light" color="yellow">
            {t('link.once')}
          </Alert>
          <Group justify="flex-end">
            <Button onClick={onClose}>{t('link.done')}</Button>
          </Group>
        </Stack>
      )}
    </Modal>
  )
}
