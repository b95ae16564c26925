import { Button, Group, Menu, Modal, Stack, Text } from '@mantine/core'
import { Download, FileJson, FileSpreadsheet } from 'lucide-react'
import { useRef, useState } from 'react'
import { everyPage } from '../../client/index.ts'
import { useWords } from '../words/index.ts'
import { type FileColumn, type ListFormat, listFile } from './list-file.ts'
import { useNumbers } from './numbers.ts'
import { showDone, showFailed } from './said.tsx'

/** All are held until the file is written. */
const most = 50_000

interface ExportListProps<T> {
  /** A page of the list that is shown, with its filters. */
  readonly list: (paging: { readonly limit: number; readonly after?: string }, signal: AbortSignal) => Promise<Page<T>>
  readonly columns: readonly FileColumn<T>[]
  /** Of the file, without an ending. */
  readonly name: string
}

interface Page<T> {
  readonly items: readonly T[]
  readonly next?: string | undefined
}

/** A button: the rows that the filters let through, as a file. */
export function ExportList<T>({ list, columns, name }: ExportListProps<T>) {
  const { t } = useWords('parts')
  const { number } = useNumbers()
  const [count, setCount] = useState<number>()
  const stop = useRef<AbortController>(undefined)
  const write = async (format: ListFormat) => {
    const stopped = new AbortController()
    stop.current = stopped
    setCount(0)
    try {
      const rows: T[] = []
      const pages = (call: { readonly query?: object }) =>
        list(call.query as { limit: number; after?: string }, stopped.signal)
      let more = false
      for await (const row of everyPage(pages, { query: { limit: 500 } })) {
        more = rows.length >= most
        if (more) break
        rows.push(row)
        if (rows.length % 500 === 0) setCount(rows.length)
      }
      save(listFile(rows, columns, format), `${name}.${format}`)
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
