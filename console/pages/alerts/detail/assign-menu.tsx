import { Button, Menu } from '@mantine/core'
import { UserRound } from 'lucide-react'
import { useState } from 'react'
import { useChange } from '../../../center/index.ts'
import { HostText, showFailed } from '../../../parts/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import { AssignDialog } from './assign-dialog.tsx'
import type { AlertWhole } from './kinds.ts'

/** Who looks after it; people with the right to triage can change that. */
export function AssignMenu({ alert }: { readonly alert: AlertWhole }) {
  const { t } = useWords('alerts/detail')
  const { can, user } = useSession()
  const [asking, setAsking] = useState(false)
  const assign = useChange('assignAlerts', ['getAlert', 'listAlerts', 'listAlertEvents'])
  if (!can('alerts:triage', alert.host.group)) return null
  const to = (person: string | null) =>
    assign.mutate({ body: { choice: { alerts: [alert.id] }, to: person } }, { onError: showFailed })
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button
            variant="default"
            size="xs"
            leftSection={<UserRound size={14} aria-hidden />}
            loading={assign.isPending}
          >
            {alert.assignedTo === undefined ? t('assign.nobody') : <HostText prose>{alert.assignedTo}</HostText>}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{t('assign.title')}</Menu.Label>
          {alert.assignedTo === user.name ? null : (
            <Menu.Item onClick={() => to(user.name)}>{t('assign.to-me')}</Menu.Item>
          )}
          <Menu.Item onClick={() => setAsking(true)}>{t('assign.to-other')}</Menu.Item>
          {alert.assignedTo === undefined ? null : (
            <Menu.Item onClick={() => to(null)}>{t('assign.to-nobody')}</Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <AssignDialog opened={asking} onClose={() => setAsking(false)} onChoose={to} />
    </>
  )
}
