import type { SignInAnswer } from '../../../model/api/index.ts'

export type SecondFactorAsked = Extract<SignInAnswer, { readonly state: 'second-factor' }>
