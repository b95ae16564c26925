import type { Report } from '../../model/wire/index.ts'
import { takeBlocks } from './blocks.ts'
import { takeDetection } from './detection.ts'
import { takeHealth } from './health.ts'
import { takeInventory } from './inventory.ts'
import { takeOrderState } from './order.ts'
import { takePlans } from './plans.ts'
import { takeProcesses } from './processes.ts'
import { takeQuarantine } from './quarantine.ts'
import type { ReportContext } from './report-context.ts'
import { takeRun, takeRunStep } from './run.ts'
import { takeScan } from './scan.ts'
import { takeTampering } from './tampering.ts'

/** Stores one report. Throws ReportRefused, or what the database throws; then nothing of it is stored. */
export async function takeReport(report: Report, context: ReportContext): Promise<void> {
  switch (report.kind) {
    case 'scan':
      return await takeScan(report, context)
    case 'plans':
      return await takePlans(report, context)
    case 'inventory':
      return await takeInventory(report, context)
    case 'processes':
      return await takeProcesses(report, context)
    case 'run':
      return await takeRun(report, context)
    case 'run-step':
      return await takeRunStep(report, context)
    case 'quarantine':
      return await takeQuarantine(report, context)
    case 'blocks':
      return await takeBlocks(report, context)
    case 'order':
      return await takeOrderState(report, context)
    case 'detection':
      return await takeDetection(report, context)
    case 'health':
      return await takeHealth(report, context)
    case 'tampering':
      return await takeTampering(report, context)
  }
}
