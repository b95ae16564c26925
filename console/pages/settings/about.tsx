import { Anchor, List, Text } from '@mantine/core'
import { useCall } from '../../center/index.ts'
import { HostText, Section } from '../../parts/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'

/** The program, its licences, and the API. */
export function About() {
  const { t } = useWords('settings')
  const { canEverywhere } = useSession()
  const health = useCall('getHealth', {}, { enabled: canEverywhere('health:read') })
  return (
    <>
      <Section title={t('program.title')} about={t('program.about')}>
        <List size="sm" spacing={6} listStyleType="none">
          {health.data === undefined ? null : (
            <List.Item>
              {t('program.version')} <HostText>{health.data.program}</HostText>
            </List.Item>
          )}
          <List.Item>
            <Anchor href="/licences.md" target="_blank" rel="noreferrer" size="sm">
              {t('program.licences')}
            </Anchor>
          </List.Item>
          <List.Item>
            <Anchor href="/docs/README" target="_blank" rel="noreferrer" size="sm">
              {t('program.docs')}
            </Anchor>
          </List.Item>
        </List>
      </Section>
      <Section title={t('api.title')} about={t('api.about')}>
        <Anchor href="/api/" target="_blank" rel="noreferrer" size="sm">
          {t('api.open')}
        </Anchor>
        <Text size="sm" c="dimmed" mt="xs">
          {t('api.tokens')}
        </Text>
      </Section>
    </>
  )
}
