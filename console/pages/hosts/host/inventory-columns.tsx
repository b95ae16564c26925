import { Anchor, Group, Text } from '@mantine/core'
import type { ItemOf } from '../../../center/index.ts'
import { Badge, type Column, HostText, Time } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import { addressOf, factTitle, fieldOf, listOf, textOf } from './fact-fields.ts'

export type Item = ItemOf<'listInventory'>
export const inventoryKinds = [
  'autostart',
  'listener',
  'account',
  'sudo-rule',
  'login-key',
  'package',
  'kernel-module',
  'container',
  'preload',
] as const
export type InventoryKind = (typeof inventoryKinds)[number]

/** The columns that tell most of a kind; the first opens all that is known. */
export function useInventoryColumns(kind: InventoryKind, onShow: (item: Item) => void): readonly Column<Item>[] {
  const { t } = useWords('hosts')
  const first: Column<Item> = {
    key: 'what',
    title: t(`kinds-one.${kind}`),
    width: 'minmax(180px, 2.4fr)',
    cell: item => (
      <Anchor component="button" type="button" size="sm" ta="start" onClick={() => onShow(item)} lineClamp={3}>
        <HostText>{factTitle(kind, item.fact) || '–'}</HostText>
      </Anchor>
    ),
  }
  const text = (name: 'path' | 'user' | 'schedule' | 'shell' | 'version' | 'image' | 'source', width?: string) => ({
    key: name,
    title: t(`facts.${name}`),
    ...(width === undefined ? {} : { width }),
    cell: ({ fact }: Item) => <Plain text={textOf(fact, name)} />,
  })
  const changed: Column<Item> = {
    key: 'changed',
    title: t('facts.changed-at'),
    width: '110px',
    cell: item => <Time at={item.changedAt} />,
  }
  switch (kind) {
    case 'autostart':
      return [
        first,
        {
          key: 'mechanism',
          title: t('facts.mechanism'),
          width: 'minmax(110px, 0.9fr)',
          cell: ({ fact }) => <Mechanism fact={fact} />,
        },
        text('path', 'minmax(140px, 1.6fr)'),
        text('schedule', 'minmax(100px, 0.8fr)'),
        text('user', '80px'),
        {
          key: 'ownership',
          title: t('facts.ownership'),
          width: '145px',
          cell: ({ fact }) => <Ownership value={textOf(fact, 'ownership')} />,
        },
        changed,
      ]
    case 'listener':
      return [
        { ...first, cell: item => <ListenerCell item={item} onShow={onShow} /> },
        {
          key: 'name',
          title: t('facts.process'),
          cell: ({ fact }) => <Plain text={[textOf(fact, 'name'), textOf(fact, 'pid')].filter(Boolean).join(' · ')} />,
        },
        text('user', '100px'),
        {
          key: 'exposed',
          title: t('facts.exposedTo'),
          cell: ({ fact }) => <Exposure value={textOf(fact, 'exposedTo')} />,
        },
        changed,
      ]
    case 'account':
      return [
        first,
        { key: 'uid', title: 'UID', width: '80px', cell: ({ fact }) => <Plain text={textOf(fact, 'uid')} /> },
        text('shell', 'minmax(120px, 1fr)'),
        { key: 'rights', title: t('facts.rights'), cell: ({ fact }) => <Rights fact={fact} /> },
        {
          key: 'groups',
          title: t('facts.groups'),
          cell: ({ fact }) => <Plain text={listOf(fact, 'groups').join(', ')} />,
        },
        changed,
      ]
    case 'sudo-rule':
      return [
        first,
        {
          key: 'password',
          title: t('facts.password'),
          width: '130px',
          cell: ({ fact }) =>
            fieldOf(fact, 'noPassword') === true ? (
              <Badge tone="medium">{t('facts.no-password')}</Badge>
            ) : (
              t('facts.asked')
            ),
        },
        text('path'),
        changed,
      ]
    case 'login-key':
      return [
        first,
        text('user', '100px'),
        {
          key: 'fingerprint',
          title: t('facts.fingerprint'),
          width: 'minmax(160px, 1.6fr)',
          cell: ({ fact }) => <Plain text={textOf(fact, 'fingerprint')} />,
        },
        text('path', 'minmax(140px, 1.2fr)'),
        changed,
      ]
    case 'package':
      return [first, text('version'), text('source'), changed]
    case 'container':
      return [first, text('image', 'minmax(160px, 1.5fr)'), text('user', '100px'), changed]
    default:
      return [first, text('path', 'minmax(140px, 1.5fr)'), changed]
  }
}

function Plain({ text }: { readonly text: string | undefined }) {
  if (text === undefined || text === '')
    return (
      <Text component="span" c="dimmed" size="sm">
        –
      </Text>
    )
  return <HostText>{text}</HostText>
}

function ListenerCell({ item, onShow }: { readonly item: Item; readonly onShow: (item: Item) => void }) {
  const text = (name: string) => textOf(item.fact, name) ?? ''
  return (
    <Anchor component="button" type="button" size="sm" ta="start" onClick={() => onShow(item)}>
      <HostText>{`${addressOf(text('address'))}:${text('port')}`}</HostText>{' '}
      <Text component="span" size="xs" c="dimmed" tt="uppercase">
        <HostText prose>{text('protocol')}</HostText>
      </Text>
    </Anchor>
  )
}

const mechanismFamilies = ['cron', 'systemd', 'shell', 'boot', 'event', 'package', 'login', 'container'] as const
type MechanismFamily = (typeof mechanismFamilies)[number]

/** Groups of the ways in model/facts/autostart.ts, as people know them. */
const families: Readonly<Record<MechanismFamily, RegExp>> = {
  cron: /^(cron|anacron$|at$|incron$|fcron$)/,
  systemd: /^(systemd|tmpfiles$|linger$)/,
  shell: /^(profile|bashrc|shell-start|environment|linker-path|python-start)$/,
  boot: /^(init-d|rc-local|inittab|openrc|upstart|runit|supervisor|monit|pm2|xinetd|modules-load|modprobe|initramfs)$/,
  event: /^(udev|binfmt|core-pattern|network|ifupdown|dhclient|ppp|acpid|dbus|rsyslog|logrotate)/,
  package: /^(apt|dpkg|dnf|pacman|package|git)-/,
  login: /^(motd|xdg-autostart|x-session|pam|sshd|ssh-rc|ssh-config|web-start)$/,
  container: /^(container|quadlet|static-pod)$/,
}

export function Mechanism({ fact }: { readonly fact: unknown }) {
  const { t } = useWords('hosts')
  const mechanism = textOf(fact, 'mechanism') ?? ''
  const family = mechanismFamilies.find(one => families[one].test(mechanism))
  return (
    <div>
      {family === undefined ? null : <div>{t(`mechanisms.${family}`)}</div>}
      <Text size="xs" c="dimmed">
        <HostText>{mechanism}</HostText>
        {fieldOf(fact, 'enabled') === false ? ` · ${t('facts.disabled')}` : null}
      </Text>
    </div>
  )
}

const ownerships = {
  verified: 'good',
  owned: 'informational',
  conffile: 'informational',
  modified: 'high',
  unowned: 'medium',
  unknown: 'informational',
} as const

/** What the package databases of the host say about a file. */
export function Ownership({ value }: { readonly value: string | undefined }) {
  const { t } = useWords('hosts')
  if (value === undefined) return <Plain text={undefined} />
  if (!isOwnership(value)) return <HostText>{value}</HostText>
  return <Badge tone={ownerships[value]}>{t(`ownerships.${value}`)}</Badge>
}

function isOwnership(value: string): value is keyof typeof ownerships {
  return Object.hasOwn(ownerships, value)
}

const exposures = ['loopback', 'all', 'private', 'public'] as const

function Exposure({ value }: { readonly value: string | undefined }) {
  const { t } = useWords('hosts')
  const known = exposures.find(one => one === value)
  if (known === undefined) return <Plain text={value} />
  return (
    <Badge tone={known === 'loopback' ? 'good' : known === 'private' ? 'low' : 'medium'}>{t(`exposed.${known}`)}</Badge>
  )
}

function Rights({ fact }: { readonly fact: unknown }) {
  const { t } = useWords('hosts')
  const oddities = listOf(fact, 'oddities')
  return (
    <Group gap={4}>
      {fieldOf(fact, 'administrator') === true ? <Badge tone="medium">{t('facts.administrator')}</Badge> : null}
      {fieldOf(fact, 'loginShell') === true ? <Badge tone="informational">{t('facts.login')}</Badge> : null}
      {textOf(fact, 'password') === 'empty' ? <Badge tone="critical">{t('facts.empty-password')}</Badge> : null}
      {oddities.length === 0 ? null : (
        <Badge tone="high">
          <HostText>{oddities.join(', ')}</HostText>
        </Badge>
      )}
    </Group>
  )
}
