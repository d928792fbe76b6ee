import { suiteInPages } from './pages/suite.ts'

suiteInPages('localStorageStorage', 'local-storage')
