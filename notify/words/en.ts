import type { Words } from './words.ts'

export const en: Words = {
  levels: { informational: 'Information', low: 'Low', medium: 'Medium', high: 'High', critical: 'Critical' },
  labels: {
    host: 'Host',
    group: 'Group',
    level: 'Level',
    time: 'Time',
    type: 'Type',
    families: 'Family',
    attack: 'ATT&CK',
    rule: 'Rule',
    open: 'Open in Davylamp',
  },
  severalHosts: 'several hosts',
  more: 'and {count} more',
  footer: 'Davylamp sent this because a notification route says so.',
  reasons: {
    alert: {
      subject: '{level}: {title} – {host}',
      sentence: 'Davylamp found this on {host}.',
      advice: 'Open the alert, read why it was raised, and handle it.',
    },
    'alert-gone': {
      subject: 'No longer seen: {title} – {host}',
      sentence: 'The last scan of {host} no longer found this.',
      advice: 'If nobody removed it, look at the host: it may have moved.',
    },
    'clean-done': {
      subject: 'Removed and proven: {host}',
      sentence: 'The clean-up of {host} is complete and the proof found nothing left.',
      advice: 'Close the way it came in, and watch for the later looks.',
    },
    'clean-left': {
      subject: 'Not all is removed: {host}',
      sentence: 'The clean-up of {host} ended, but something is left or could not be proven gone.',
      advice: 'Open the run: it names each step that failed and what to do.',
    },
    'approval-wanted': {
      subject: 'Approval wanted: {title}',
      sentence: 'An order for {host} waits for a second person.',
      advice: 'Open it, read the plan, then approve or refuse.',
    },
    'order-refused': {
      subject: 'Order refused by {host}',
      sentence: '{host} did not carry out an order.',
      advice: 'Read the reason; the local policy of the host has the last word.',
    },
    'agent-offline': {
      subject: 'Agent offline: {host}',
      sentence: '{host} no longer answers and is not watched at the moment.',
      advice: 'Check the host and its network, then the agent with: davylamp agent status.',
    },
    'agents-offline': {
      subject: 'Many agents offline: {title}',
      sentence: 'Many agents fell silent at the same time: probably the network, not each host.',
      advice: 'Check the network between these hosts and the center.',
    },
    'agent-back': {
      subject: 'Agent back: {host}',
      sentence: '{host} is connected again.',
      advice: 'Nothing to do.',
    },
    'agent-tampered': {
      subject: 'Somebody touched the agent: {host}',
      sentence: 'Files, unit, process or clock of the agent on {host} were changed from outside.',
      advice: 'Unless this was you, treat the host as attacked: scan it, then clean it.',
    },
    digest: {
      subject: '{count} notices from Davylamp',
      sentence: 'These {count} notices came together.',
      advice: 'Open the list of alerts, handle the most severe first.',
    },
    escalation: {
      subject: 'Still open: {level}: {title} – {host}',
      sentence: 'Nobody has taken up this alert of {host} yet.',
      advice: 'Open the alert and handle it, or assign it.',
    },
    test: {
      subject: 'Test message from Davylamp',
      sentence: 'This channel works.',
      advice: 'Nothing to do.',
    },
  },
  onHost: {
    confirmed:
      'On that host, see what would be removed with “davylamp plan”, then remove and prove it with “davylamp clean”.',
    suspected:
      'On that host, look at it with “davylamp plan --include suspected”; if it should not be there, remove it with “davylamp clean --include suspected”.',
    exposure: 'On that host, “davylamp scan” says which door is open and how to close it.',
  },
}
