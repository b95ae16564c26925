import about from '../package.json' with { type: 'json' }

/** As a SIEM shows who said it. */
export const product = { vendor: 'Davylamp', name: 'Davylamp', version: about.version } as const
