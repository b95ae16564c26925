import { type Infection, miner, minerWords } from '../host-part.ts'
import { minerSettings } from './parts.ts'

const cache = '/home/ci/.cache/fontconfig'

/** Everything below the home of one account without rights: user units, linger, a profile line, a desktop entry. */
export const lingering: Infection = {
  family: 'lingering',
  known: false,
  title: 'A miner in the services of one user',
  story: [
    'A service of the user ci starts it and goes on without a session, because the user lingers.',
    'A line in the profile and an entry for the desktop start it as well.',
  ],
  items: [
    {
      kind: 'file',
      path: `${cache}/fc-cached`,
      content: { lookalike: miner, words: `${minerWords}\nlingering` },
      owner: 'ci',
      mode: 0o755,
    },
    { kind: 'file', path: `${cache}/7d3fa0.cache-8`, content: { text: minerSettings }, owner: 'ci' },
    {
      kind: 'file',
      path: '/home/ci/.config/systemd/user/font-cache.service',
      content: {
        text: `[Service]\nExecStart=%h/.cache/fontconfig/fc-cached -c %h/.cache/fontconfig/7d3fa0.cache-8\nRestart=always\n\n[Install]\nWantedBy=default.target\n`,
      },
      owner: 'ci',
    },
    {
      kind: 'link',
      path: '/home/ci/.config/systemd/user/default.target.wants/font-cache.service',
      to: '/home/ci/.config/systemd/user/font-cache.service',
    },
    {
      kind: 'file',
      path: '/home/ci/.config/autostart/fonts.desktop',
      content: { text: `[Desktop Entry]\nType=Application\nName=Fonts\nExec=${cache}/fc-cached\n` },
      owner: 'ci',
    },
    {
      kind: 'line',
      path: '/home/ci/.profile',
      text: `(setsid ${cache}/fc-cached >/dev/null 2>&1 &)`,
      owner: 'ci',
    },
  ],
}
