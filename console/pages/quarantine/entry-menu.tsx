import { ActionIcon, Menu } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { Copy, Download, EllipsisVertical, Files, Fingerprint, Undo2 } from 'lucide-react'
import { Link } from 'react-router'
import { showDone } from '../../parts/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import { type Entry, type EntryAction, isFile } from './entry.ts'

interface EntryMenuProps {
  readonly entry: Entry
  readonly onChoose: (action: EntryAction) => void
}

/** What can be done with one file in quarantine. */
export function EntryMenu({ entry, onChoose }: EntryMenuProps) {
  const { t } = useWords('quarantine')
  const { can } = useSession()
  const clipboard = useClipboard()
  const file = isFile(entry)
  const copy = () => {
    clipboard.copy(entry.sha256)
    showDone(t('copied'))
  }
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t('actions', { path: entry.path })}>
          <EllipsisVertical size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {can('alerts:handle') ? (
          <>
            {file ? null : <Menu.Label maw={260}>{t('directory-what')}</Menu.Label>}
            <Menu.Item
              leftSection={<Undo2 size={16} aria-hidden />}
              disabled={!file}
              onClick={() => onChoose({ what: 'restore', entry })}
            >
              {t('restore.action')}
            </Menu.Item>
            <Menu.Item
              leftSection={<Download size={16} aria-hidden />}
              disabled={!file}
              onClick={() => onChoose({ what: 'download', entry })}
            >
              {t('download.action')}
            </Menu.Item>
          </>
        ) : null}
        {file ? (
          <>
            <Menu.Item
              leftSection={<Files size={16} aria-hidden />}
              component={Link}
              to={`/quarantine?sha256=${entry.sha256}`}
            >
              {t('same')}
            </Menu.Item>
            <Menu.Item
              leftSection={<Fingerprint size={16} aria-hidden />}
              component={Link}
              to={`/intelligence?term=${entry.sha256}`}
            >
              {t('hunt')}
            </Menu.Item>
            <Menu.Item leftSection={<Copy size={16} aria-hidden />} onClick={copy}>
              {t('copy-hash')}
            </Menu.Item>
          </>
        ) : null}
      </Menu.Dropdown>
    </Menu>
  )
}
