import { ActionIcon, Group, Text, Title } from '@mantine/core'
import { CircleHelp } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import { useWords } from '../words/index.ts'

interface PageHeaderProps {
  readonly title: string
  /** How the title is shown, where it came from a host. */
  readonly heading?: ReactNode
  /** One sentence: what this page is for. */
  readonly about?: ReactNode
  /** Name of a page of the documentation, such as `center` for docs/center.md, with an optional `#heading`. */
  readonly help?: string
  readonly actions?: ReactNode
}

/** Every page begins with one: it sets the window's title too. */
export function PageHeader({ title, heading, about, help, actions }: PageHeaderProps) {
  const { t } = useWords('parts')
  useEffect(() => {
    document.title = `${title} · Davylamp`
  }, [title])
  return (
    <Group justify="space-between" align="flex-start" mb="md" gap="sm">
      <div style={{ flex: '1 1 20rem', minWidth: 0 }}>
        <div>
          <Title order={1} size="h3" display="inline" style={{ overflowWrap: 'anywhere' }}>
            {heading ?? title}
          </Title>
          {help === undefined ? null : (
            <ActionIcon
              component="a"
              href={`/docs/${help}`}
              target="_blank"
              rel="noreferrer"
              variant="subtle"
              color="gray"
              ml={4}
              style={{ verticalAlign: '-0.1em' }}
              aria-label={t('help')}
            >
              <CircleHelp size={18} aria-hidden />
            </ActionIcon>
          )}
        </div>
        {about === undefined ? null : (
          <Text c="dimmed" size="sm" component="div">
            {about}
          </Text>
        )}
      </div>
      {actions === undefined ? null : <Group gap="xs">{actions}</Group>}
    </Group>
  )
}
