/** Not from agent/config.ts: that would load all that reads the file. */
export const defaultConfig = '/etc/davylamp/agent.yml'
