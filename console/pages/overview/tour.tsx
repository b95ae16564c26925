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

/** The five main places, shown once in each browser, and again when asked for. */
export function Tour() {
  const { t } = useWords('overview')
  const { t: s } = useWords('shell')
  const { t: p } = useWords('parts')
  const { can } = useSession()
  const step = useSyncExternalStore(listen, currentStep)
  const shown = places.filter(({ needs }) => can(needs))
  const place = shown[step ?? -1]
  const close = () => go(undefined)
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
                <Button variant="default" size="xs" onClick={() => go(step - 1)}>
                  {t('tour.back')}
                </Button>
              ) : null}
              <Button size="xs" onClick={() => go(last ? undefined : step + 1)} data-autofocus>
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
  return (
    <Button variant="subtle" size="xs" onClick={() => go(0)}>
      {t('tour.again')}
    </Button>
  )
}

/** What this browser keeps when it was seen; one that keeps nothing shows it once a visit. */
const key = 'davylamp-tour'
let step: number | undefined
let asked = false
const listeners = new Set<() => void>()

function currentStep(): number | undefined {
  if (!asked) {
    asked = true
    step = seen() ? undefined : 0
  }
  return step
}

function go(to: number | undefined): void {
  step = to
  if (to === undefined) remember()
  for (const listener of listeners) listener()
}

function listen(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

function seen(): boolean {
  try {
    return localStorage.getItem(key) !== null
  } catch {
    return false
  }
}

function remember(): void {
  try {
    localStorage.setItem(key, 'seen')
  } catch {
    // Private windows may refuse; it is shown again at the next visit.
  }
}
