import type { Command } from 'commander'
import type { Outcome } from '../command-builder.ts'
import { alertsCommands } from './declared-alerts.ts'
import { catalogueCommands } from './declared-catalogue.ts'
import { detectionsCommands } from './declared-detections.ts'
import { groupsCommands } from './declared-groups.ts'
import { hostsCommands } from './declared-hosts.ts'
import { notificationsCommands } from './declared-notifications.ts'
import { ordersCommands } from './declared-orders.ts'
import { intelligenceCommands } from './declared-intelligence.ts'
import { runningCommands } from './declared-running.ts'
import { signInCommands } from './declared-sign-in.ts'

/** Commands that speak with a center, from anywhere. None of them touches the host on which it is called. */
export function remoteCommands(tree: Command, outcome: Outcome): void {
  signInCommands(tree, outcome)
  catalogueCommands(tree, outcome)
  hostsCommands(tree, outcome)
  groupsCommands(tree, outcome)
  alertsCommands(tree, outcome)
  detectionsCommands(tree, outcome)
  ordersCommands(tree, outcome)
  intelligenceCommands(tree, outcome)
  notificationsCommands(tree, outcome)
  runningCommands(tree, outcome)
}
