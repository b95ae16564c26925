import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { viewsOfWindowsEvent } from './windows-event.ts'

const sysmon = 'Microsoft-Windows-Sysmon/Operational'

/** Channel, event id, data, and the log sources in which it is seen. */
for (const [channel, id, data, expected] of [
  [sysmon, 1, {}, ['sysmon', 'process_creation']],
  [sysmon, 3, {}, ['sysmon', 'network_connection']],
  [sysmon, 11, {}, ['sysmon', 'file_event']],
  [sysmon, 12, { EventType: 'CreateKey' }, ['sysmon', 'registry_event', 'registry_add']],
  [sysmon, 12, { EventType: 'DeleteValue' }, ['sysmon', 'registry_event', 'registry_delete']],
  [sysmon, 13, {}, ['sysmon', 'registry_event', 'registry_set']],
  [sysmon, 14, {}, ['sysmon', 'registry_event', 'registry_rename']],
  [sysmon, 22, {}, ['sysmon', 'dns_query']],
  ['Security', 4688, {}, ['security', 'process_creation']],
  ['Security', 4624, {}, ['security']],
  ['System', 7045, {}, ['system']],
  ['Microsoft-Windows-PowerShell/Operational', 4104, {}, ['powershell', 'ps_script']],
  ['Windows PowerShell', 400, {}, ['powershell-classic', 'ps_classic_start']],
  ['Microsoft-Windows-Windows Defender/Operational', 1116, {}, ['windefend']],
  ['Somebody/Else', 1, {}, [undefined]],
] as const) {
  test(`${channel} ${id} ${JSON.stringify(data)}`, () => {
    const views = viewsOfWindowsEvent(record(channel, id, data)) ?? []
    assert.deepEqual(
      views.map(({ source }) => source.service ?? source.category),
      expected,
    )
  })
}

test('names of the header, text in objects, names without spaces', () => {
  const [view] =
    viewsOfWindowsEvent(
      record('System', { '#text': 7045, '#attributes': { Qualifiers: 1 } }, { 'Threat Name': 'x' }),
    ) ?? []
  assert.deepEqual(
    { ...view?.fields },
    {
      Provider_Name: 'P',
      EventID_Qualifiers: 1,
      EventID: 7045,
      Channel: 'System',
      'Threat Name': 'x',
      ThreatName: 'x',
    },
  )
})

test('4688 has the names of process_creation', () => {
  const data = {
    NewProcessName: 'C:\\a.exe',
    ParentProcessName: 'C:\\b.exe',
    NewProcessId: '0x10',
    ProcessId: '0x20',
    SubjectUserName: 'u',
    SubjectDomainName: 'D',
    MandatoryLabel: 'S-1-16-12288',
    CommandLine: 'a',
  }
  const fields = viewsOfWindowsEvent(record('Security', 4688, data))?.[1]?.fields
  const { Image, ParentImage, ProcessId, ParentProcessId, User, IntegrityLevel, CommandLine } = fields ?? {}
  assert.deepEqual(
    { Image, ParentImage, ProcessId, ParentProcessId, User, IntegrityLevel, CommandLine },
    {
      Image: 'C:\\a.exe',
      ParentImage: 'C:\\b.exe',
      ProcessId: '0x10',
      ParentProcessId: '0x20',
      User: ['D\\u', 'u'],
      IntegrityLevel: ['S-1-16-12288', 'High'],
      CommandLine: 'a',
    },
  )
})

for (const [name, part, expected] of [
  ['unnamed data', { EventData: { Data: ['a', 'b'] } }, { Data: ['a', 'b'] }],
  ['unnamed data with text', { EventData: { Data: { '#text': ['a', 'b'] } } }, { Data: ['a', 'b'] }],
  ['named data', { EventData: { Data: [{ '#attributes': { Name: 'x' }, '#text': 'a' }] } }, { x: 'a' }],
  ['user data', { UserData: { EventXML: { '#attributes': {}, Param1: 'a' } } }, { Param1: 'a' }],
  [
    'hashes',
    { EventData: { Hashes: `MD5=${'A'.repeat(32)}` } },
    { Hashes: `MD5=${'A'.repeat(32)}`, md5: 'A'.repeat(32) },
  ],
  ['registry roots', { EventData: { TargetObject: 'HKEY_LOCAL_MACHINE\\X' } }, { TargetObject: 'HKLM\\X' }],
  ['null data', { EventData: null }, {}],
] as const) {
  test(name, () => {
    const [view] = viewsOfWindowsEvent({ Event: { System: { EventID: 1 }, ...part } }) ?? []
    assert.deepEqual({ ...view?.fields }, { EventID: 1, ...expected })
  })
}

test('no JSON makes it throw', () => {
  const part = fc.oneof(
    fc.jsonValue(),
    fc.record({ Data: fc.jsonValue() }),
    fc.record({ '#text': fc.jsonValue(), '#attributes': fc.jsonValue() }),
  )
  fc.assert(
    fc.property(part, part, part, (system, data, other) => {
      viewsOfWindowsEvent({
        Event: { System: { EventID: 1, Channel: sysmon, Execution: system }, EventData: data, UserData: other },
      })
      viewsOfWindowsEvent({ Event: { System: system } })
      viewsOfWindowsEvent(other)
    }),
  )
})

function record(channel: string, id: unknown, data: object) {
  return {
    Event: { System: { Provider: { '#attributes': { Name: 'P' } }, EventID: id, Channel: channel }, EventData: data },
  }
}
