import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { agentFolders, agreeTo, loadConfig, loadConfigEdit, loadJoin } from '../agent/index.ts'
import { defaultConfig } from './agent-config-path.ts'
import { serviceActive, systemctl } from './agent-service.ts'
import { CommandError } from './command-error.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { calledAs, program } from './program-name.ts'
import { requireRoot, requireWritableState } from './state/permission.ts'

interface JoinOptions {
  readonly token: string
  readonly ca: string
  readonly name?: string
  readonly approver?: string
  readonly config?: string
}

export async function agentJoinCommand(options: JoinOptions, context: Context, address: string): Promise<ExitCode> {
  requireRoot('Joining a center')
  requireWritableState(context.state)
  const { joinCenter, centerUrl, JoinError } = await loadJoin()
  const { ConfigError } = await loadConfig()
  const config = options.config ?? defaultConfig
  try {
    // What could fail here must fail before the token is used.
    const written = await configFor(config, centerUrl(address).origin, options.approver)
    const identity = await joinCenter({
      state: context.state,
      center: address,
      token: options.token,
      fingerprint: options.ca,
      ...(options.name === undefined ? {} : { name: options.name }),
      program,
      onPending: key =>
        context.notes.text(
          `Waiting for approval: a person must let this host in (center: Hosts, Waiting), who should see there the same fingerprint of its key: ${key}. Ctrl-C is fine; the same command goes on later.`,
        ),
    })
    if (context.json) context.print({ agent: identity.agent, center: identity.center })
    else context.page.text(`This host has joined ${identity.center} as agent ${identity.agent}.`)
    agreeTo(agentFolders(context.state).own, [config])
    context.notes.text(written())
    startIt(context)
    return exitCodes.fine
  } catch (error) {
    if (error instanceof JoinError || error instanceof ConfigError) throw new CommandError(error.message)
    throw error
  }
}

/** Checks what is to become of `agent.yml`; what is returned does it and says so. */
async function configFor(path: string, center: string, approverFile: string | undefined): Promise<() => string> {
  const { newConfigText, parseApprovers, withNewSettings } = await loadConfigEdit()
  const approvers = approverFile === undefined ? [] : parseApprovers(readFileSync(approverFile, 'utf8'), approverFile)
  if (!existsSync(path)) {
    const text = newConfigText(center, approvers)
    return () => {
      mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
      writeFileSync(path, text, { mode: 0o644, flag: 'wx' })
      return `${path} was written.`
    }
  }
  const { readConfig } = await loadConfig()
  const named = readConfig(path).center
  const before = readFileSync(path, 'utf8')
  const whole = withNewSettings(before, center, approvers)
  if (whole !== undefined)
    return () => {
      // The same file, with its mode: it may be one that a package watches over.
      writeFileSync(path, whole)
      return `${path} was written.`
    }
  const hints = [
    ...(named !== undefined && new URL(named).origin === center ? [] : [`write "center: ${center}"`]),
    ...(approvers.length > 0 ? ['add the approvers below orders: approvers:'] : []),
  ]
  return () =>
    hints.length === 0
      ? `${path} stays as it is.`
      : `${path} is yours and stays as it is. In it, ${hints.join(', and ')}.`
}

function startIt(context: Context): void {
  if (!serviceActive()) {
    context.notes.text(`Next: ${calledAs} agent install`)
    return
  }
  systemctl(['restart', 'davylamp-agent.service'])
  context.notes.text('The agent was restarted.')
}
