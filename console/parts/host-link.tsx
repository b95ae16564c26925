import { Anchor } from '@mantine/core'
import { Link } from 'react-router'
import { HostText } from './host-text.tsx'

interface HostLinkProps {
  readonly host: { readonly id: string; readonly name: string }
  /** Within words, not in a column of machine text. */
  readonly prose?: boolean
  readonly className?: string
}

/** The name of a host, which leads to its page. */
export function HostLink({ host, prose = false, className = '' }: HostLinkProps) {
  return (
    <Anchor component={Link} to={`/hosts/${host.id}`} size="sm" className={className}>
      <HostText prose={prose}>{host.name}</HostText>
    </Anchor>
  )
}
