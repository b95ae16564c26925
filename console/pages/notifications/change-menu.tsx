import { ActionIcon, Menu } from '@mantine/core'
import { EllipsisVertical, Pencil, Trash2 } from 'lucide-react'
import { useWords } from '../../words/index.ts'

interface ChangeMenuProps {
  readonly name: string
  readonly onChange: () => void
  readonly onRemove: () => void
}

/** What can be done with a channel or route. */
export function ChangeMenu({ name, onChange, onRemove }: ChangeMenuProps) {
  const { t } = useWords('notifications')
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t('channels.actions', { name })}>
          <EllipsisVertical size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<Pencil size={16} aria-hidden />} onClick={onChange}>
          {t('form.change')}
        </Menu.Item>
        <Menu.Item leftSection={<Trash2 size={16} aria-hidden />} onClick={onRemove}>
          {t('form.remove')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
