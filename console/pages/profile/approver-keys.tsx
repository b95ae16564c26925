import { ActionIcon, Alert, Button, Group, Modal, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { FileKey, Trash2 } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { type AnswerTo, useCall, useChange } from '../../center/index.ts'
import { Badge, ConfirmDialog, CopyText, ErrorText, HostText, Section, Time } from '../../parts/index.ts'
import { Row, Rows } from '../../people/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'

type ApproverKey = AnswerTo<'listApproverKeys'>['items'][number]

/** The own keys that hosts may believe approvals of, and how hosts come to know them. */
export function ApproverKeys() {
  const { t } = useWords('profile')
  const { user } = useSession()
  const keys = useCall('listApproverKeys')
  const revoke = useChange('revokeApproverKey', ['listApproverKeys'])
  const [adding, add] = useDisclosure()
  const [shown, setShown] = useState<ApproverKey>()
  const [revoked, setRevoked] = useState<ApproverKey>()
  const own = (keys.data?.items ?? []).filter(key => key.user === user.name)
  return (
    <Section
      title={t('approver.title')}
      about={t('approver.about')}
      actions={
        <Button variant="default" size="xs" onClick={add.open}>
          {t('approver.add')}
        </Button>
      }
    >
      <ErrorText error={keys.error} />
      {own.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('approver.none')}
        </Text>
      ) : (
        <Rows label={t('approver.title')}>
          {own.map(key => (
            <Row
              key={key.id}
              icon={<FileKey size={18} aria-hidden />}
              actions={
                <>
                  <Button variant="default" size="xs" onClick={() => setShown(key)}>
                    agent.yml
                  </Button>
                  <ActionIcon
                    variant="default"
                    size={30}
                    aria-label={t('approver.revoke-named', { name: key.name })}
                    onClick={() => setRevoked(key)}
                  >
                    <Trash2 size={16} aria-hidden />
                  </ActionIcon>
                </>
              }
            >
              <Group gap="xs">
                <HostText>{key.name}</HostText>
                <Badge tone="informational">{t(`approver.kinds.${key.kind}`)}</Badge>
              </Group>
              <Text size="xs" c="dimmed" component="div">
                {t('keys.added')} <Time at={key.createdAt} />
              </Text>
            </Row>
          ))}
        </Rows>
      )}
      <Modal
        opened={adding}
        onClose={add.close}
        title={t('approver.add')}
        size="lg"
        closeButtonProps={{ 'aria-label': t('keys.cancel') }}
      >
        {adding ? (
          <Register
            onClose={add.close}
            onDone={key => {
              add.close()
              setShown(key)
            }}
          />
        ) : null}
      </Modal>
      <Modal
        opened={shown !== undefined}
        onClose={() => setShown(undefined)}
        title={t('approver.yml-title')}
        size="lg"
        closeButtonProps={{ 'aria-label': t('keys.cancel') }}
      >
        <Stack gap="sm">
          <Text size="sm">{t('approver.yml-what')}</Text>
          <CopyText>{shown?.agentYml ?? ''}</CopyText>
        </Stack>
      </Modal>
      <ConfirmDialog
        opened={revoked !== undefined}
        title={t('approver.revoke-title')}
        confirm={t('approver.revoke')}
        ends="final"
        onConfirm={async () => revoked && revoke.mutateAsync({ params: { key: revoked.id } })}
        onClose={() => setRevoked(undefined)}
      >
        <HostText>{revoked?.name ?? ''}</HostText>: {t('approver.revoke-what')}
      </ConfirmDialog>
    </Section>
  )
}

interface RegisterProps {
  readonly onClose: () => void
  readonly onDone: (key: ApproverKey) => void
}

function Register({ onClose, onDone }: RegisterProps) {
  const { t } = useWords('profile')
  const { user } = useSession()
  const factors = useCall('showSecondFactors')
  const register = useChange('registerApproverKey', ['listApproverKeys'])
  const keys = factors.data?.keys ?? []
  const [name, setName] = useState(user.name)
  const [credential, setCredential] = useState<string>()
  const chosen = credential ?? keys[0]?.id
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (chosen === undefined) return
    try {
      onDone(await register.mutateAsync({ body: { kind: 'webauthn', name, credential: chosen } }))
    } catch {
      // Shown below.
    }
  }
  return (
    <form onSubmit={event => void submit(event)}>
      <Stack gap="sm">
        {keys.length === 0 ? (
          <Alert variant="light">{t('approver.no-key')}</Alert>
        ) : (
          <>
            <TextInput
              label={t('approver.name')}
              description={t('approver.name-about')}
              maxLength={100}
              value={name}
              onChange={event => setName(event.currentTarget.value)}
              data-autofocus
            />
            <NativeSelect
              label={t('approver.key')}
              data={keys.map(key => ({ value: key.id, label: key.name }))}
              value={chosen}
              onChange={event => setCredential(event.currentTarget.value)}
            />
          </>
        )}
        <Text size="sm">{t('approver.by-file')}</Text>
        <CopyText>
          {
            'davylamp approver new-key ~/.davylamp-approver.pem --name NAME\ndavylamp approver register ~/.davylamp-approver.pem'
          }
        </CopyText>
        <ErrorText error={register.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('keys.cancel')}
          </Button>
          {keys.length === 0 ? null : (
            <Button type="submit" loading={register.isPending}>
              {t('approver.register')}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  )
}
