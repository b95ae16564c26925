import {
  Box,
  Cable,
  CalendarClock,
  Clock,
  Cpu,
  EyeOff,
  FileWarning,
  FolderInput,
  Globe,
  KeyRound,
  type LucideIcon,
  Network,
  PackageOpen,
  Puzzle,
  ScrollText,
  Settings2,
  ShieldQuestion,
  TerminalSquare,
  UserRound,
} from 'lucide-react'

const icons: Readonly<Record<string, LucideIcon>> = {
  process: Cpu,
  socket: Cable,
  listener: Network,
  autostart: CalendarClock,
  file: FileWarning,
  'login-key': KeyRound,
  account: UserRound,
  'sudo-rule': UserRound,
  preload: EyeOff,
  'command-integrity': TerminalSquare,
  mount: FolderInput,
  'kernel-module': Puzzle,
  'bpf-program': Puzzle,
  'kernel-hook': Puzzle,
  'hosts-entry': Globe,
  resolver: Globe,
  sysctl: Settings2,
  setting: Settings2,
  'log-entry': ScrollText,
  container: Box,
  'web-root': Globe,
  package: PackageOpen,
  scan: Clock,
}

/** Decoration beside the word for the kind. */
export function FactIcon({ kind, size = 16 }: { readonly kind: string; readonly size?: number }) {
  const Icon = icons[kind] ?? ShieldQuestion
  return <Icon size={size} aria-hidden style={{ flexShrink: 0 }} />
}
