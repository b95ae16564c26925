import { Modal, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { AuditEntry } from '../../../model/api/index.ts'
import { HostText, Time, useNumbers } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import classes from './audit.module.css'
import { ActionName, Actor, ObjectName } from './audit-words.tsx'

interface EntryDetailProps {
  /** `undefined`: closed. */
  readonly entry: AuditEntry | undefined
  readonly onClose: () => void
}

export function EntryDetail({ entry, onClose }: EntryDetailProps) {
  const { t } = useWords('audit')
  const { number } = useNumbers()
  return (
    <Modal
      opened={entry !== undefined}
      onClose={onClose}
      size="lg"
      title={entry === undefined ? '' : t('entry.title', { number: number(entry.sequence) })}
      closeButtonProps={{ 'aria-label': t('entry.close') }}
    >
      {entry === undefined ? null : (
        <Stack gap="sm">
          <dl className={classes['facts']}>
            <Fact name={t('columns.what')}>
              <ActionName action={entry.action} />
            </Fact>
            <Fact name={t('columns.when')}>
              <Time at={entry.at} as="full" />
            </Fact>
            <Fact name={t('columns.who')}>
              <Actor entry={entry} />
            </Fact>
            <Fact name={t('columns.object')}>
              <ObjectName entry={entry} />
            </Fact>
            <Fact name={t('columns.from')}>
              <HostText>{entry.address}</HostText>
            </Fact>
            {entry.request === '' ? null : (
              <Fact name={t('entry.request')}>
                <HostText>{entry.request}</HostText>
              </Fact>
            )}
            <Fact name={t('entry.hash')}>
              <HostText>{entry.hash}</HostText>
            </Fact>
          </dl>
          {isEmpty(entry.detail) ? null : (
            <div>
              <Text size="sm" fw={500} mb={4}>
                {t('entry.detail')}
              </Text>
              <div className={classes['detail']}>
                <HostText>{JSON.stringify(entry.detail, undefined, 2)}</HostText>
              </div>
            </div>
          )}
        </Stack>
      )}
    </Modal>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}

function isEmpty(detail: unknown): boolean {
  return detail === null || detail === undefined || (typeof detail === 'object' && Object.keys(detail).length === 0)
}
