import { Table, Title } from '@mantine/core'
import type { ReactNode } from 'react'

interface SmallTableProps {
  readonly title: string
  /** What stands between the title and the table. */
  readonly about?: ReactNode
  readonly head: readonly { readonly title: string; readonly number?: boolean }[]
  /** `Table.Tr`. */
  readonly children: ReactNode
}

/** A section of the page: a table that is always shown whole. */
export function SmallTable({ title, about, head, children }: SmallTableProps) {
  return (
    <section>
      <Title order={2} size="h5" mb={about === undefined ? 'xs' : 4}>
        {title}
      </Title>
      {about}
      <Table withTableBorder verticalSpacing={6} maw={720}>
        <Table.Thead>
          <Table.Tr>
            {head.map(one => (
              <Table.Th key={one.title} scope="col" {...(one.number === true ? { ta: 'right' } : {})}>
                {one.title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </section>
  )
}
