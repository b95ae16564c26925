import { parentPort, workerData } from 'node:worker_threads'
import type { ReportDocument } from '../blocks.ts'
import { drawPdf } from './draw-pdf.ts'

// Draws the one document that it is started with (pdf.ts).
parentPort?.postMessage(await drawPdf(workerData as ReportDocument))
