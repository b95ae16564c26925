import i18next, { type BackendModule } from 'i18next'
import { initReactI18next } from 'react-i18next'
import type { Language } from '../../model/api/index.ts'

/** As people write them. */
export const languageNames: Readonly<Record<Language, string>> = {
  en: 'English',
  zh: '中文',
  ja: '日本語',
  id: 'Bahasa Indonesia',
}

/** One file for each page, or other part, and language: fetched when it is first shown. */
const files = import.meta.glob<{ readonly default: Readonly<Record<string, unknown>> }>([
  '../{shell,parts,people,incident,detections}/words/*.json',
  '../pages/*/words/*.json',
  '../pages/*/*/words/*.json',
])

const backend: BackendModule = {
  type: 'backend',
  init: () => {},
  read: (language, namespace, done) => {
    const found = [`../${namespace}`, `../pages/${namespace}`]
      .map(folder => files[`${folder}/words/${language}.json`])
      .find(one => one !== undefined)
    if (found === undefined) return done(new Error(`there are no words of ${namespace} in ${language}`), false)
    found().then(
      module => done(null, module.default),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error)), false),
    )
  },
}

const kept = 'davylamp-language'

/** Ready once the words of the shell are there. */
export async function startWords(): Promise<void> {
  i18next.on('languageChanged', language => {
    document.documentElement.lang = language === 'zh' ? 'zh-Hans' : language
  })
  await i18next
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: firstLanguage(),
      fallbackLng: false,
      supportedLngs: Object.keys(languageNames),
      ns: ['shell', 'parts'],
      defaultNS: 'parts',
      // React escapes; texts of hosts must not be read as keys or be nested.
      interpolation: { escapeValue: false, skipOnVariables: true },
      nsSeparator: ':',
      react: { useSuspense: true },
    })
}

/** Of the page, from now on and at the next visit. */
export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(kept, language)
  await i18next.changeLanguage(language)
}

export function hasChosenLanguage(): boolean {
  return localStorage.getItem(kept) !== null
}

function firstLanguage(): string {
  const asked = [localStorage.getItem(kept) ?? '', ...navigator.languages]
  return asked.map(one => one.slice(0, 2)).find(one => one in languageNames) ?? 'en'
}
