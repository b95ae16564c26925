import { Alert, Button, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { LifeBuoy, Smartphone } from 'lucide-react'
import { useState } from 'react'
import { useCall, useChange } from '../../center/index.ts'
import { Badge, ConfirmDialog, ErrorState, LoadingState, Section } from '../../parts/index.ts'
import { RecoveryCodes, Row, Rows } from '../../people/index.ts'
import { useWords } from '../../words/index.ts'
import { AddCodes } from './add-codes.tsx'
import { KeyRows } from './key-rows.tsx'

/** Codes of an app, security keys, passkeys, and the recovery codes for when those are lost. */
export function SecondFactors() {
  const { t } = useWords('profile')
  const factors = useCall('showSecondFactors')
  const [codes, setCodes] = useState<readonly string[]>()
  const [adding, add] = useDisclosure()
  const [asked, setAsked] = useState<'stop' | 'renew'>()
  const stop = useChange('stopCodes', ['showSecondFactors'])
  const renew = useChange('renewRecoveryCodes', ['showSecondFactors'])
  const { data } = factors
  const any = data !== undefined && (data.code || data.keys.length > 0)
  return (
    <Section title={t('factors.title')} about={t('factors.about')}>
      {data === undefined ? (
        factors.error === null ? (
          <LoadingState />
        ) : (
          <ErrorState error={factors.error} retry={() => void factors.refetch()} />
        )
      ) : (
        <Stack gap="sm">
          {any ? null : (
            <Alert variant="light" color="yellow">
              {t('factors.none')}
            </Alert>
          )}
          <Rows label={t('factors.title')}>
            <Row
              icon={<Smartphone size={18} aria-hidden />}
              actions={
                data.code ? (
                  <Button variant="default" size="xs" onClick={() => setAsked('stop')}>
                    {t('codes.stop')}
                  </Button>
                ) : (
                  <Button variant="default" size="xs" onClick={add.open}>
                    {t('codes.start')}
                  </Button>
                )
              }
            >
              <Text size="sm" fw={500} component="div">
                {t('codes.title')} {data.code ? <Badge tone="good">{t('factors.on')}</Badge> : null}
              </Text>
              <Text size="xs" c="dimmed">
                {t('codes.about')}
              </Text>
            </Row>
            <KeyRows keys={data.keys} onRecoveryCodes={setCodes} />
            {any ? (
              <Row
                icon={<LifeBuoy size={18} aria-hidden />}
                actions={
                  <Button variant="default" size="xs" onClick={() => setAsked('renew')}>
                    {t('recovery.renew')}
                  </Button>
                }
              >
                <Text size="sm" fw={500}>
                  {t('recovery.title')}
                </Text>
                <Text size="xs" c={data.recoveryCodesLeft < 3 ? 'var(--davylamp-high)' : 'dimmed'}>
                  {t('recovery.left', { count: data.recoveryCodesLeft })}
                </Text>
              </Row>
            ) : null}
          </Rows>
        </Stack>
      )}
      <AddCodes opened={adding} onClose={add.close} onRecoveryCodes={setCodes} />
      <RecoveryCodes codes={codes} onClose={() => setCodes(undefined)} />
      <ConfirmDialog
        opened={asked === 'stop'}
        title={t('codes.stop-title')}
        confirm={t('codes.stop')}
        onConfirm={() => stop.mutateAsync({})}
        onClose={() => setAsked(undefined)}
      >
        {t('codes.stop-what')}
      </ConfirmDialog>
      <ConfirmDialog
        opened={asked === 'renew'}
        title={t('recovery.renew-title')}
        confirm={t('recovery.renew')}
        ends="final"
        onConfirm={async () => setCodes((await renew.mutateAsync({})).recoveryCodes)}
        onClose={() => setAsked(undefined)}
      >
        {t('recovery.renew-what')}
      </ConfirmDialog>
    </Section>
  )
}
