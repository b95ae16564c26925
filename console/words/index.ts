export { useTranslation as useWords } from 'react-i18next'
export { chooseLanguage, hasChosenLanguage, languageNames, startWords } from './words.ts'
