import { ActionIcon, Menu, useMantineColorScheme } from '@mantine/core'
import { CircleUser, Languages, LogOut, Moon, Sun, SunMoon, UserCog } from 'lucide-react'
import { Link } from 'react-router'
import { type Language, languages } from '../../model/api/index.ts'
import { api } from '../center/index.ts'
import { useSession, useSessionDoor } from '../session/index.ts'
import { chooseLanguage, languageNames, useWords } from '../words/index.ts'

export function UserMenu() {
  const { t, i18n } = useWords('shell')
  const { user } = useSession()
  const { signOut } = useSessionDoor()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const choose = async (language: Language) => {
    await chooseLanguage(language)
    // Messages come in the language of the account.
    await api.changeProfile({ body: { language } }).catch(() => {})
  }
  return (
    <Menu position="bottom-end" width={240} withinPortal>
      <Menu.Target>
        <ActionIcon variant="default" size="lg" aria-label={t('user.menu', { name: user.name })}>
          <CircleUser size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{user.displayName || user.name}</Menu.Label>
        <Menu.Item component={Link} to="/profile" leftSection={<UserCog size={16} aria-hidden />}>
          {t('user.profile')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t('user.appearance')}</Menu.Label>
        {(['auto', 'light', 'dark'] as const).map(scheme => (
          <Menu.Item
            key={scheme}
            role="menuitemradio"
            aria-checked={colorScheme === scheme}
            leftSection={schemeIcons[scheme]}
            onClick={() => setColorScheme(scheme)}
          >
            {t(`user.${scheme}`)} {colorScheme === scheme ? '✓' : ''}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{t('user.language')}</Menu.Label>
        {languages.map(language => (
          <Menu.Item
            key={language}
            role="menuitemradio"
            aria-checked={i18n.language === language}
            lang={language}
            leftSection={<Languages size={16} aria-hidden />}
            onClick={() => void choose(language)}
          >
            {languageNames[language]} {i18n.language === language ? '✓' : ''}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<LogOut size={16} aria-hidden />} onClick={() => void signOut()}>
          {t('user.sign-out')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

const schemeIcons = {
  auto: <SunMoon size={16} aria-hidden />,
  light: <Sun size={16} aria-hidden />,
  dark: <Moon size={16} aria-hidden />,
}
