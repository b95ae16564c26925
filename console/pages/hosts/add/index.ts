export { AddServer } from './add-server.tsx'
