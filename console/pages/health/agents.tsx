import { SimpleGrid, Title } from '@mantine/core'
import type { Health } from '../../../model/api/index.ts'
import { useNumbers } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { Tile } from './summary.tsx'

export function Agents({ agents }: { readonly agents: Health['agents'] }) {
  const { t } = useWords('health')
  const { number } = useNumbers()
  const names = ['online', 'offline', 'pending', 'revoked', 'certificatesEndingSoon', 'tampered'] as const
  return (
    <section>
      <Title order={2} size="h5" mb="xs">
        {t('agents.title')}
      </Title>
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm" component="dl" m={0}>
        {names.map(name => (
          <Tile key={name} name={t(`agents.${name}`)}>
            {number(agents[name])}
          </Tile>
        ))}
      </SimpleGrid>
    </section>
  )
}
