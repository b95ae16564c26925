import { Button, Group, List, Paper, Stack, Text, Title } from '@mantine/core'
import { Plus } from 'lucide-react'
import { Link } from 'react-router'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'

/** Before the first host: one way on. */
export function FirstRun() {
  const { t } = useWords('overview')
  const { can } = useSession()
  return (
    <Paper withBorder p="xl" maw={760}>
      <Stack gap="md" align="flex-start">
        <Group gap="md" wrap="nowrap" align="flex-start">
          <img src="/lamp.svg" alt="" width={44} height={44} />
          <div>
            <Title order={2} size="h4">
              {t('first.title')}
            </Title>
            <Text size="sm" c="dimmed">
              {t('first.what')}
            </Text>
          </div>
        </Group>
        <List type="ordered" size="sm" spacing={4}>
          <List.Item>{t('first.one')}</List.Item>
          <List.Item>{t('first.two')}</List.Item>
          <List.Item>{t('first.three')}</List.Item>
        </List>
        {can('hosts:enrol') ? (
          <Button component={Link} to="/hosts/add" leftSection={<Plus size={16} aria-hidden />}>
            {t('first.add')}
          </Button>
        ) : (
          <Text size="sm">{t('first.ask')}</Text>
        )}
      </Stack>
    </Paper>
  )
}
