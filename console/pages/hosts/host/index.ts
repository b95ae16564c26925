export { HostPage } from './host-page.tsx'
