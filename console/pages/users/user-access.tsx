import { Button, Group, Text } from '@mantine/core'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import type { ShownUser } from '../../../model/api/index.ts'
import { useChange } from '../../center/index.ts'
import { ConfirmDialog, HostText, Section, showDone } from '../../parts/index.ts'
import { OneTimeLink } from '../../people/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'

type Step = 'reset-password' | 'reset-factor' | 'disable' | 'enable' | 'remove'

/** What makes it sign in anew, or no more. */
export function UserAccess({ user }: { readonly user: ShownUser }) {
  const { t } = useWords('users')
  const me = useSession()
  const navigate = useNavigate()
  const [step, setStep] = useState<Step>()
  const [link, setLink] = useState<{ name: string; link: string; expiresAt: string }>()
  const changes = ['getUser', 'listUsers', 'listUserSessions'] as const
  const resetPassword = useChange('resetPassword', changes)
  const resetFactor = useChange('resetSecondFactor', changes)
  const change = useChange('changeUser', changes)
  const remove = useChange('removeUser', ['listUsers'])
  const params = { user: user.id }
  const own = user.id === me.user.id
  const work: Readonly<Record<Step, () => Promise<unknown>>> = {
    'reset-password': async () => setLink({ name: user.name, ...(await resetPassword.mutateAsync({ params })) }),
    'reset-factor': () => resetFactor.mutateAsync({ params }),
    disable: () => change.mutateAsync({ params, body: { state: 'disabled' } }),
    enable: () => change.mutateAsync({ params, body: { state: 'active' } }),
    remove: async () => {
      await remove.mutateAsync({ params })
      showDone(t('access.removed'))
      await navigate('/users')
    },
  }
  const steps: readonly Step[] = [
    'reset-password',
    ...(user.secondFactor ? (['reset-factor'] as const) : []),
    ...(own || user.state === 'invited'
      ? []
      : user.state === 'disabled'
        ? (['enable'] as const)
        : (['disable'] as const)),
    ...(own ? [] : (['remove'] as const)),
  ]
  return (
    <Section title={t('access.title')} about={t('access.about')}>
      <Group gap="xs">
        {steps.map(one => (
          <Button
            key={one}
            variant={one === 'remove' ? 'light' : 'default'}
            {...(one === 'remove' ? { color: 'red' } : {})}
            onClick={() => setStep(one)}
          >
            {t(one === 'reset-password' && user.state === 'invited' ? 'access.invite-again' : `access.${one}`)}
          </Button>
        ))}
      </Group>
      {own ? (
        <Text size="sm" c="dimmed" mt="xs">
          {t('access.own')}
        </Text>
      ) : null}
      {step === undefined ? null : (
        <ConfirmDialog
          opened
          title={t(`access.${step}-title`)}
          confirm={t(`access.${step}`)}
          {...(step === 'remove' ? { ends: 'final' as const } : {})}
          onConfirm={work[step]}
          onClose={() => setStep(undefined)}
        >
          <Text size="sm" component="div">
            <HostText>{user.name}</HostText>: {t(`access.${step}-what`)}
          </Text>
        </ConfirmDialog>
      )}
      <OneTimeLink shown={link} onClose={() => setLink(undefined)} />
    </Section>
  )
}
