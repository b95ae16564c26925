import { type Infection, miner } from '../host-part.ts'
import { minerSettings } from './parts.ts'

const home = '/opt/sysstat-ng'

/** Nothing names the settings: the program finds them beside itself. */
export const defaultSettings: Infection = {
  family: 'default-settings',
  known: false,
  title: 'A miner that reads its settings without being told',
  story: ['A service starts a stripped program in /opt; its config.json lies beside it.'],
  items: [
    { kind: 'file', path: `${home}/sa-agent`, content: { lookalike: miner, words: 'sysstat' }, mode: 0o755 },
    { kind: 'file', path: `${home}/config.json`, content: { text: minerSettings } },
    {
      kind: 'file',
      path: '/etc/systemd/system/sa-agent.service',
      content: {
        text: `[Service]\nWorkingDirectory=${home}\nExecStart=${home}/sa-agent\nRestart=always\nNice=10\n\n[Install]\nWantedBy=multi-user.target\n`,
      },
    },
    { kind: 'unit', name: 'sa-agent.service', path: '/etc/systemd/system/sa-agent.service' },
    { kind: 'process', path: `${home}/sa-agent`, argv: [], startedBy: 'sa-agent.service' },
  ],
}
