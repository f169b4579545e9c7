import type { Results } from './results.ts'
export const drawCharts = (_: Results): string[] => []
