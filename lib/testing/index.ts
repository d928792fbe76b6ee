export {
  type HistoryCapabilities,
  type HistoryFactory,
  type HistoryRetention,
  type HistoryStore,
  historySuite,
} from './history-suite.ts'
export { observersOf } from './observers.ts'
export { shrinkSimulation } from './simulator/shrink.ts'
export {
  type SimulationOptions,
  type SimulationReport,
  type SimulationSummary,
  simulate,
  simulateMany,
} from './simulator/simulate.ts'
export {
  type StorageCapabilities,
  type StorageFactory,
  type StorageStore,
  storageSuite,
} from './storage-suite.ts'
export {
  type TestFunctions,
  type TransportCapabilities,
  type TransportFactory,
  type TransportFixture,
  transportSuite,
} from './transport-suite.ts'
