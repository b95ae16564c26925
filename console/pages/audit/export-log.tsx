import { Button, Group, Menu, Modal, Stack, Text } from '@mantine/core'
import { Download, FileJson, FileSpreadsheet } from 'lucide-react'
import { useRef, useState } from 'react'
import { everyPage } from '../../../client/index.ts'
import type { AuditEntry } from '../../../model/api/index.ts'
import { api } from '../../center/index.ts'
import { showDone, showFailed, useNumbers } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import type { AuditFilter } from './audit-filters.tsx'
import { type AuditFormat, auditFile } from './audit-file.ts'

/** All are held until the file is written. */
const most = 50_000

/** The entries that the filters let through, as a file. */
export function ExportLog({ filter }: { readonly filter: AuditFilter }) {
  const { t } = useWords('audit')
  const { number } = useNumbers()
  const [count, setCount] = useState<number>()
  const stop = useRef<AbortController>(undefined)
  const write = async (format: AuditFormat) => {
    const stopped = new AbortController()
    stop.current = stopped
    setCount(0)
    try {
      const entries: AuditEntry[] = []
      const list = (call: { readonly query?: object }) => api.listAudit(call, { signal: stopped.signal })
      let more = false
      for await (const entry of everyPage(list, { query: { ...filter, limit: 500 } })) {
        more = entries.length >= most
        if (more) break
        entries.push(entry)
        if (entries.length % 500 === 0) setCount(entries.length)
      }
      save(auditFile(entries, format), `davylamp-audit.${format}`)
      showDone(more ? t('export.bounded', { count: most, replace: { count: number(most) } }) : t('export.done'))
    } catch (error) {
      if (!stopped.signal.aborted) showFailed(error)
    } finally {
      setCount(undefined)
    }
  }
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" leftSection={<Download size={16} aria-hidden />}>
            {t('export.do')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<FileSpreadsheet size={16} aria-hidden />} onClick={() => void write('csv')}>
            {t('export.csv')}
          </Menu.Item>
          <Menu.Item leftSection={<FileJson size={16} aria-hidden />} onClick={() => void write('jsonl')}>
            {t('export.jsonl')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={count !== undefined}
        onClose={() => stop.current?.abort()}
        title={t('export.title')}
        withCloseButton={false}
        size="sm"
      >
        <Stack gap="sm">
          <Text size="sm" role="status">
            {t('export.so-far', { count: count ?? 0, replace: { count: number(count ?? 0) } })}
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={() => stop.current?.abort()} data-autofocus>
              {t('export.cancel')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  )
}

function save(content: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
