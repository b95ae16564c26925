import { Button } from '@mantine/core'
import { Link } from 'react-router'
import { Section } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'

/** Where the own API tokens are. */
export function Tokens() {
  const { t } = useWords('profile')
  return (
    <Section title={t('tokens.title')} about={t('tokens.about')}>
      <Button variant="default" component={Link} to="/users/tokens">
        {t('tokens.open')}
      </Button>
    </Section>
  )
}
