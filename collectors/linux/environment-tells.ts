import { displayBytes } from '../../target/index.ts'

const tellingNames =
  /^(?:LD_PRELOAD|LD_AUDIT|AAZHDE|XMRIG\w*|RP_API_KEY|RP_EMAIL|EARNFM_TOKEN|BASH_ENV|PROMPT_COMMAND|WALLET\w*|\w*_WALLET|MINER_\w+|POOL_(?:URL|USER|PASS|HOST)|STRATUM\w*|DONATE_LEVEL)$/
const forgetful = /^(?:HISTFILE=(?:\/dev\/null)?|HISTSIZE=0|HISTFILESIZE=0|SAVEHIST=0)$/
const oddLibraryPath = /^LD_LIBRARY_PATH=(?:.*:)?(?:\/tmp|\/var\/tmp|\/dev\/shm|\.|[^:]*\/\.[^/:]+)/

/**
 * The variables, as `NAME=value`, that say something about a miner, a hiding library or a hidden history. All others stay
 * unread: an environment is full of other people's secrets.
 */
export function environmentTells(variables: Iterable<string>): string[] {
  const tells: string[] = []
  for (const variable of variables) {
    if (tells.length === 20) break
    const equals = variable.indexOf('=')
    if (equals < 1) continue
    const name = variable.slice(0, equals)
    const value = variable.slice(equals + 1, equals + 400)
    const telling = tellingNames.test(name) || forgetful.test(variable) || oddLibraryPath.test(`${name}=${value}`)
    if (telling || /stratum2?\+?(?:tcp|ssl|tls)?:\/\//.test(value))
      tells.push(displayBytes(`${name}=${value}`.slice(0, 200)))
  }
  return tells
}

/** The variables of `/proc/PID/environ`. */
export function splitEnvironment(text: string): string[] {
  return text.split('\0', 4096).filter(variable => variable !== '')
}
