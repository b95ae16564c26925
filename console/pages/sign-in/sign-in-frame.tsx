import { NativeSelect, Paper, Stack, Text, Title } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'
import { type Language, languages } from '../../../model/api/index.ts'
import { chooseLanguage, languageNames, useWords } from '../../words/index.ts'
import classes from './sign-in.module.css'

interface SignInFrameProps {
  readonly title: string
  readonly children: ReactNode
}

export function SignInFrame({ title, children }: SignInFrameProps) {
  const { t, i18n } = useWords('sign-in')
  useEffect(() => {
    document.title = `${title} · Davylamp`
  }, [title])
  return (
    <div className={classes['page']}>
      <main className={classes['main']}>
        <div className={classes['brand']}>
          <img src="/lamp.svg" alt="" width={40} height={40} />
          <Text fw={700} size="xl" component="span">
            Davylamp
          </Text>
        </div>
        <Paper withBorder shadow="sm" p="lg" radius="md">
          <Stack gap="md">
            <Title order={1} size="h4">
              {title}
            </Title>
            {children}
          </Stack>
        </Paper>
      </main>
      <footer className={classes['foot']}>
        <NativeSelect
          size="xs"
          aria-label={t('language')}
          data={languages.map(language => ({ value: language, label: languageNames[language] }))}
          value={i18n.language}
          onChange={event => void chooseLanguage(event.currentTarget.value as Language)}
        />
      </footer>
    </div>
  )
}
