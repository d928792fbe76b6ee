export {
  type HistoryCapabilities,
  type HistoryFactory,
  type HistoryRetention,
  type HistoryStore,
  historySuite,
} from './history-suite.ts'
export {
  type TestFunctions,
  type TransportCapabilities,
  type TransportFactory,
  type TransportFixture,
  transportSuite,
} from './transport-suite.ts'
