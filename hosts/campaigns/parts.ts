import { poolPort, wallet } from '../host-part.ts'

/** A miner's configuration in xmrig's form, which leads to the fake pool. */
export const minerSettings = `${JSON.stringify({ autosave: false, 'donate-level': 0, pools: [{ url: `127.0.0.1:${poolPort}`, user: wallet, keepalive: true, nicehash: true }], randomx: { mode: 'auto', '1gb-pages': false, wrmsr: true }, cpu: { 'max-threads-hint': 70 } })}\n`

/** A unit file of a service that comes back whenever it ends. */
export const serviceText = (description: string, start: string, more = ''): string =>
  `[Unit]\nDescription=${description}\nAfter=network.target\n\n[Service]\nExecStart=${start}\nRestart=always\nRestartSec=3\n${more}\n[Install]\nWantedBy=multi-user.target\n`
