import type { Center } from '../context.ts'
import type { Keyring } from '../keys/index.ts'
import type { Alarms, Ingest, OrderDesk, Policies, SentFiles } from './ports.ts'

/** What the parts of the gateway are made of. */
export interface GatewayParts {
  readonly center: Center
  readonly keys: Keyring
  readonly ingest: Ingest
  readonly orders: OrderDesk
  readonly policies: Policies
  readonly alarms: Alarms
  readonly files: SentFiles
}
