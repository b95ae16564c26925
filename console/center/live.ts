import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { ApiError, liveEvents } from '../../client/index.ts'
import type { LiveChange, LiveKind } from '../../model/api/index.ts'
import { client } from './api.ts'
import { type FunctionName, isLong } from './calls.ts'

/** Which answers are old when something of a kind changed. */
const touched: Readonly<Record<LiveKind, readonly FunctionName[]>> = {
  alert: [
    'listAlerts',
    'getAlert',
    'alertCounts',
    'alertStory',
    'listAlertEvents',
    'listRelatedAlerts',
    'fleetSummary',
    'overview',
  ],
  detection: ['listDetections', 'getDetection', 'detectionCounts'],
  campaign: ['listCampaigns', 'getCampaign'],
  host: [
    'listHosts',
    'getHost',
    'fleetSummary',
    'overview',
    'listHostEvents',
    'listInventory',
    'listInventoryChanges',
    'hostFacets',
    'listProcesses',
  ],
  group: ['listGroups', 'listHosts'],
  agent: [
    'listAgents',
    'getAgent',
    'getHostAgent',
    'listHosts',
    'getHost',
    'overview',
    'fleetSummary',
    'listWatch',
    'watchCounts',
    'getHostWatch',
  ],
  enrolment: ['listEnrolments', 'listEnrolmentTokens', 'overview'],
  order: ['listOrders', 'getOrder', 'listTasks', 'getTask', 'getAlert', 'overview'],
  task: ['listTasks', 'getTask', 'listOrders'],
  run: ['listRuns', 'getRun', 'getOrder', 'getAlert', 'alertStory'],
  scan: ['listScans', 'getHost', 'listHosts', 'fleetSummary'],
  quarantine: ['listQuarantine'],
  block: ['listBlocks', 'listBlocked'],
  policy: ['listGroups'],
  rules: ['listPacks', 'listRules', 'listIndicators'],
  allowlist: ['listAllowances', 'listAlerts'],
  notification: ['listChannels', 'getChannel', 'listDeliveries', 'getDelivery', 'listNotifyRoutes', 'listExports'],
  // Heard by those who show it; what it ends in is told as an order or a scan.
  progress: [],
}

type Hear = (change: LiveChange) => void
const hearers = new Set<Hear>()

/** Small and often (the steps of a run, the progress of a scan): told beside the answers that are asked for again. */
export function useLiveChange(hear: Hear): void {
  useEffect(() => {
    hearers.add(hear)
    return () => void hearers.delete(hear)
  }, [hear])
}

/** Keeps all that is shown true, while somebody is signed in. Mounted once. Says whether the line is up. */
export function useLiveUpdates(onSignedOut: () => void): boolean {
  const queries = useQueryClient()
  const [connected, setConnected] = useState(true)
  useEffect(() => {
    const stopped = new AbortController()
    const waiting = new Set<FunctionName>()
    let timer: number | undefined
    const renew = () => {
      timer = undefined
      const names = [...waiting]
      waiting.clear()
      // What nobody looks at is only marked as old, and so are lists of many pages.
      for (const name of names) {
        void queries.invalidateQueries({ queryKey: [name], refetchType: 'none' })
        void queries.refetchQueries({ queryKey: [name], type: 'active', predicate: one => !isLong(one.state.data) })
      }
    }
    const follow = async () => {
      for await (const event of liveEvents(client, { signal: stopped.signal })) {
        if (event.event === 'look-again') {
          setConnected(true)
          if (event.data.why !== 'connected') void queries.invalidateQueries()
        } else if (event.event === 'changed') {
          for (const name of touched[event.data.what] ?? []) waiting.add(name)
          for (const hear of hearers) hear(event.data)
          timer ??= window.setTimeout(renew, 400)
        } else setConnected(false)
      }
    }
    follow().catch((error: unknown) => {
      if (stopped.signal.aborted) return
      setConnected(false)
      if (error instanceof ApiError && error.status === 401) onSignedOut()
    })
    return () => {
      stopped.abort()
      clearTimeout(timer)
    }
  }, [queries, onSignedOut])
  return connected
}
