import { createRoot } from 'react-dom/client'
import { ClusterPage } from './cluster-page.tsx'

createRoot(document.getElementById('page') as HTMLElement).render(<ClusterPage />)
