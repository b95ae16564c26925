import { type ComponentType, lazy } from 'react'
import type { LucideIcon } from 'lucide-react'
import {
  Activity,
  Archive,
  BellRing,
  BookOpenCheck,
  FileText,
  Fingerprint,
  LayoutDashboard,
  ListChecks,
  ScanSearch,
  Server,
  Settings,
  ShieldBan,
  ScrollText,
  TriangleAlert,
  Users,
} from 'lucide-react'
import type { Permission } from '../../model/api/index.ts'

export const pageNames = [
  'overview',
  'alerts',
  'virus-scan',
  'hosts',
  'prevention',
  'quarantine',
  'response',
  'reports',
  'rules',
  'intelligence',
  'notifications',
  'users',
  'audit',
  'settings',
  'health',
] as const
export type PageName = (typeof pageNames)[number]

export const sections = ['detection', 'assets', 'knowledge', 'system'] as const

export interface PageEntry {
  readonly name: PageName
  /** Below this path the page has its own. */
  readonly path: string
  readonly icon: LucideIcon
  /** Absent: stands first, above all headings. */
  readonly section?: (typeof sections)[number]
  /** Who lacks all of these does not see it in the navigation. */
  readonly needs: readonly Permission[]
  readonly Page: ComponentType
}

/** In the order of the navigation. Each page lies in the folder of its name, with its words. */
export const pages: readonly PageEntry[] = [
  {
    name: 'overview',
    path: '/',
    icon: LayoutDashboard,
    needs: ['hosts:read'],
    Page: lazy(async () => ({ default: (await import('./overview/index.ts')).Page })),
  },
  {
    name: 'alerts',
    path: '/alerts',
    icon: TriangleAlert,
    section: 'detection',
    needs: ['alerts:read'],
    Page: lazy(async () => ({ default: (await import('./alerts/index.ts')).Page })),
  },
  {
    name: 'virus-scan',
    path: '/virus-scan',
    icon: ScanSearch,
    section: 'detection',
    needs: ['hosts:read'],
    Page: lazy(async () => ({ default: (await import('./virus-scan/index.ts')).Page })),
  },
  {
    name: 'response',
    path: '/response',
    icon: ListChecks,
    section: 'detection',
    needs: ['hosts:read'],
    Page: lazy(async () => ({ default: (await import('./response/index.ts')).Page })),
  },
  {
    name: 'quarantine',
    path: '/quarantine',
    icon: Archive,
    section: 'detection',
    needs: ['hosts:read'],
    Page: lazy(async () => ({ default: (await import('./quarantine/index.ts')).Page })),
  },
  {
    name: 'prevention',
    path: '/prevention',
    icon: ShieldBan,
    section: 'detection',
    needs: ['alerts:read'],
    Page: lazy(async () => ({ default: (await import('./prevention/index.ts')).Page })),
  },
  {
    name: 'hosts',
    path: '/hosts',
    icon: Server,
    section: 'assets',
    needs: ['hosts:read'],
    Page: lazy(async () => ({ default: (await import('./hosts/index.ts')).Page })),
  },
  {
    name: 'reports',
    path: '/reports',
    icon: FileText,
    section: 'knowledge',
    needs: ['alerts:read'],
    Page: lazy(async () => ({ default: (await import('./reports/index.ts')).Page })),
  },
  {
    name: 'rules',
    path: '/rules',
    icon: BookOpenCheck,
    section: 'knowledge',
    needs: ['alerts:read'],
    Page: lazy(async () => ({ default: (await import('./rules/index.ts')).Page })),
  },
  {
    name: 'intelligence',
    path: '/intelligence',
    icon: Fingerprint,
    section: 'knowledge',
    needs: ['alerts:read'],
    Page: lazy(async () => ({ default: (await import('./intelligence/index.ts')).Page })),
  },
  {
    name: 'notifications',
    path: '/notifications',
    icon: BellRing,
    section: 'system',
    needs: ['notifications:write'],
    Page: lazy(async () => ({ default: (await import('./notifications/index.ts')).Page })),
  },
  {
    name: 'users',
    path: '/users',
    icon: Users,
    section: 'system',
    needs: ['users:write', 'tokens:write'],
    Page: lazy(async () => ({ default: (await import('./users/index.ts')).Page })),
  },
  {
    name: 'audit',
    path: '/audit',
    icon: ScrollText,
    section: 'system',
    needs: ['audit:read'],
    Page: lazy(async () => ({ default: (await import('./audit/index.ts')).Page })),
  },
  {
    name: 'settings',
    path: '/settings',
    icon: Settings,
    section: 'system',
    needs: ['settings:write', 'policies:write'],
    Page: lazy(async () => ({ default: (await import('./settings/index.ts')).Page })),
  },
  {
    name: 'health',
    path: '/health',
    icon: Activity,
    section: 'system',
    needs: ['health:read'],
    Page: lazy(async () => ({ default: (await import('./health/index.ts')).Page })),
  },
]

/** Not in the navigation. */
export const ProfilePage = lazy(async () => ({ default: (await import('./profile/index.ts')).Page }))
export const SignInPage = lazy(async () => ({ default: (await import('./sign-in/index.ts')).Page }))
