import { BlockList, isIP } from 'node:net'
import { normalAddress } from './address.ts'
import { namesAbove } from './domain.ts'

/** Addresses and names that everybody uses: that a list names one of them says nothing about whoever talks to it. */
export interface SharedPlaces {
  holdsAddress(address: string): boolean
  /** The name itself: names below one that many share belong to one of them, and count. */
  holdsDomain(domain: string): boolean
}

/** Lines of `rules/intel/shared.txt`: an address, a network, a domain, or `*.domain` for all names below it too. `#` begins a remark. */
export function readSharedPlaces(text: string): SharedPlaces {
  const networks = new BlockList()
  const domains = new Set<string>()
  for (const line of text.split('\n')) {
    const word = line.replace(/#.*/, '').trim()
    if (word === '') continue
    const [address = '', prefix] = word.split('/')
    const version = isIP(address)
    if (version === 0) domains.add(word.toLowerCase())
    else networks.addSubnet(address, Number(prefix ?? (version === 4 ? 32 : 128)), version === 4 ? 'ipv4' : 'ipv6')
  }
  return {
    holdsAddress: text => {
      const address = normalAddress(text)
      return address !== undefined && networks.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')
    },
    holdsDomain: domain => domains.has(domain) || namesAbove(domain).some(name => domains.has(`*.${name}`)),
  }
}

/** Networks so wide, and names so high, that a list which holds them can only be wrong. */
export function isTooWide(type: string, value: string): boolean {
  if (type === 'domain') return broadNames.has(value)
  if (type !== 'address') return false
  const [address = '', prefix] = value.split('/')
  return prefix !== undefined && Number(prefix) < (isIP(address) === 4 ? 16 : 29)
}

/** Under these, anybody registers or is given a name of their own. */
const broadNames = new Set(
  `co.uk org.uk ac.uk com.au net.au com.br com.cn net.cn org.cn co.jp ne.jp or.jp co.kr co.in com.tr com.mx com.ar com.tw co.za com.sg com.hk
  eu.org github.io gitlab.io pages.dev workers.dev web.app firebaseapp.com herokuapp.com netlify.app vercel.app onrender.com fly.dev
  blogspot.com wordpress.com amazonaws.com cloudfront.net azurewebsites.net windows.net azureedge.net akamaized.net akamaiedge.net
  fastly.net googleapis.com googleusercontent.com appspot.com ngrok.io duckdns.org no-ip.org ddns.net`.split(/\s+/),
)
