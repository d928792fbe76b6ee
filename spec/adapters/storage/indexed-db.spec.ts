import { suiteInPages } from './pages/suite.ts'

suiteInPages('indexedDbStorage', 'indexed-db')
