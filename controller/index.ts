/** The codec; also `heddle/openflow` on its own. */
export * as openflow from './openflow/index.ts'
