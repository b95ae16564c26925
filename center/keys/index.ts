export { type Authority, agentUri, type Issued, makeAuthority, openAuthority } from './authority.ts'
export { type Keyring, type KeysOptions, type OrderKey, openCenterKeys } from './center-keys.ts'
export { MasterKeyError, makeMasterKey, masterKeyText, parseMasterKey, readMasterKey } from './master-key.ts'
export { type Seal, SealError, sealWith } from './seal.ts'
export {
  namesOf,
  type ServerCertificate,
  type ServerCertificateOptions,
  serverCertificate,
} from './server-certificate.ts'
