import { Alert, Button, Center, Loader, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { ApiError, UnreachableError } from '../../client/index.ts'
import { useWords } from '../words/index.ts'

export function LoadingState() {
  const { t } = useWords('parts')
  return (
    <Center p="xl" role="status" aria-label={t('loading')}>
      <Loader type="dots" />
    </Center>
  )
}

interface EmptyStateProps {
  readonly title: string
  /** Why it is empty, or what fills it. */
  readonly children?: ReactNode
  readonly action?: ReactNode
}

export function EmptyState({ title, children, action }: EmptyStateProps) {
  return (
    <Stack align="center" p="xl" gap="xs" ta="center">
      <Title order={2} size="h4">
        {title}
      </Title>
      {children === undefined ? null : (
        <Text c="dimmed" size="sm" maw={480} component="div">
          {children}
        </Text>
      )}
      {action}
    </Stack>
  )
}

/** What went wrong and what to do; lacking rights look like what they are, not like a failure. */
export function ErrorState({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const { t } = useWords('parts')
  if (error instanceof ApiError && error.status === 403 && error.kind !== 'login-again') return <NoPermissionState />
  if (error instanceof ApiError && error.status === 404) return <NotFoundState />
  return (
    <Alert color="red" variant="light" title={t('error.title')} role="alert" m="md">
      <Stack gap="xs" align="flex-start">
        <Text size="sm" style={{ whiteSpace: 'pre-line' }}>
          {messageOf(error, t('error.unreachable'))}
        </Text>
        {retry === undefined ? null : (
          <Button size="xs" variant="default" onClick={retry}>
            {t('error.retry')}
          </Button>
        )}
      </Stack>
    </Alert>
  )
}

/** Beside a form; nothing when there is no error. */
export function ErrorText({ error }: { readonly error: unknown }) {
  const { t } = useWords('parts')
  if (error === undefined || error === null) return null
  return (
    <Text c="var(--davylamp-critical)" size="sm" mt="xs" role="alert" style={{ whiteSpace: 'pre-line' }}>
      {messageOf(error, t('error.unreachable'))}
    </Text>
  )
}

export function NoPermissionState() {
  const { t } = useWords('parts')
  return <EmptyState title={t('error.no-permission')}>{t('error.no-permission-what')}</EmptyState>
}

export function NotFoundState() {
  const { t } = useWords('parts')
  return (
    <EmptyState
      title={t('error.not-found')}
      action={
        <Button component={Link} to="/" variant="default">
          {t('error.home')}
        </Button>
      }
    >
      {t('error.not-found-what')}
    </EmptyState>
  )
}

function messageOf(error: unknown, unreachable: string): string {
  if (error instanceof UnreachableError) return unreachable
  return error instanceof Error ? error.message : String(error)
}
