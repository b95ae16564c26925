import about from '../package.json' with { type: 'json' }

/** Name and version, as journals and reports bear it. */
export const program = `davylamp ${about.version}`
export const version: string = about.version

/** How the reader called us, for commands that can be copied. The launcher says it. */
export const calledAs = process.env['DAVYLAMP_CALLED_AS'] || 'davylamp'
