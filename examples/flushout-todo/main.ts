import { masterPane } from './master-pane.ts'
import { pane } from './pane.ts'

document.getElementById('panes')?.append(pane('Anna'), masterPane(), pane('Ben'))
