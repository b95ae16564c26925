export { Graph } from './graph.tsx'
