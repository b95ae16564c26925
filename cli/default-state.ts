/** Where runs, quarantine, allowlist, agent and center keep their things unless told otherwise. */
export const defaultState = '/var/lib/davylamp'
