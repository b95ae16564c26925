import { Anchor, Button, Group, Modal, Stack, Text } from '@mantine/core'
import { LayoutDashboard, ListChecks, type LucideIcon, ScanSearch, Server, TriangleAlert } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { Link } from 'react-router'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'

const places = [
  { name: 'overview', to: '/', icon: LayoutDashboard, needs: 'hosts:read' },
  { name: 'alerts', to: '/alerts', icon: TriangleAlert, needs: 'alerts:read' },
  { name: 'virus-scan', to: '/virus-scan', icon: ScanSearch, needs: 'hosts:read' },
  { name: 'response', to: '/response', icon: ListChecks, needs: 'hosts:read' },
  { name: 'hosts', to: '/hosts', icon: Server, needs: 'hosts:read' },
] as const satisfies readonly {
  readonly name: string
  readonly to: string
  readonly icon: LucideIcon
  readonly needs: 'hosts:read' | 'alerts:read'
}[]

/** The five main places, shown once to each person on each browser, and again when asked for. */
export function Tour() {
  const { t } = useWords('overview')
  const { t: s } = useWords('shell')
  const { t: p } = useWords('parts')
  const { user, can } = useSession()
  const step = useSyncExternalStore(listen, () => stepOf(user.id))
  const shown = places.filter(({ needs }) => can(needs))
  const place = shown[step ?? -1]
  const close = () => go(user.id, undefined)
  const last = step === shown.length - 1
  return (
    <Modal
      opened={place !== undefined}
      onClose={close}
      title={t('tour.title')}
      size="md"
      closeButtonProps={{ 'aria-label': p('close') }}
    >
      {place === undefined || step === undefined ? null : (
        <Stack gap="md" aria-live="polite">
          <Group gap="md" wrap="nowrap" align="flex-start">
            <place.icon size={28} aria-hidden color="var(--mantine-color-anchor)" style={{ flexShrink: 0 }} />
            <div>
              <Text fw={600}>{s(`pages.${place.name}`)}</Text>
              <Text size="sm">{t(`tour.${place.name}`)}</Text>
              {place.to === '/' ? null : (
                <Anchor component={Link} to={place.to} size="sm" onClick={close}>
                  {t('tour.go')}
                </Anchor>
              )}
            </div>
          </Group>
          <Group justify="space-between">
            <Text size="xs" c="dimmed">
              {t('tour.step', { step: step + 1, all: shown.length })}
            </Text>
            <Group gap="xs">
              <Button variant="subtle" size="xs" onClick={close}>
                {t('tour.skip')}
              </Button>
              {step > 0 ? (
                <Button variant="default" size="xs" onClick={() => go(user.id, step - 1)}>
                  {t('tour.back')}
                </Button>
              ) : null}
              <Button size="xs" onClick={() => go(user.id, last ? undefined : step + 1)} data-autofocus>
                {last ? t('tour.done') : t('tour.next')}
              </Button>
            </Group>
          </Group>
        </Stack>
      )}
    </Modal>
  )
}

export function TourButton() {
  const { t } = useWords('overview')
  const { user } = useSession()
  return (
    <Button variant="subtle" size="xs" onClick={() => go(user.id, 0)}>
      {t('tour.again')}
    </Button>
  )
}

/** Who has seen it, by user id; a browser that keeps nothing shows it once a visit. */
const key = (user: string) => `davylamp-tour-${user}`
const steps = new Map<string, number | undefined>()
const listeners = new Set<() => void>()

function stepOf(user: string): number | undefined {
  if (!steps.has(user)) steps.set(user, seen(user) ? undefined : 0)
  return steps.get(user)
}

function go(user: string, step: number | undefined): void {
  steps.set(user, step)
  if (step === undefined) remember(user)
  for (const listener of listeners) listener()
}

function listen(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

function seen(user: string): boolean {
  try {
    return localStorage.getItem(key(user)) !== null
  } catch {
    return false
  }
}

function remember(user: string): void {
  try {
    localStorage.setItem(key(user), 'seen')
  } catch {
    // Private windows may refuse; it is shown again at the next visit.
  }
}
