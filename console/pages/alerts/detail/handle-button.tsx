import { Button } from '@mantine/core'
import { useState } from 'react'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import { HandleDialog } from '../handle/index.ts'
import type { AlertWhole } from './kinds.ts'

/** Opens all that can be done with the alert. */
export function HandleButton({ alert }: { readonly alert: AlertWhole }) {
  const { t } = useWords('alerts/detail')
  const { can } = useSession()
  const [opened, setOpened] = useState(false)
  if (!can('alerts:triage', alert.host.group)) return null
  return (
    <>
      <Button size="xs" onClick={() => setOpened(true)}>
        {t('handle')}
      </Button>
      <HandleDialog choice={{ alerts: [alert.id] }} opened={opened} onClose={() => setOpened(false)} />
    </>
  )
}
