export { HostList } from './host-list.tsx'
