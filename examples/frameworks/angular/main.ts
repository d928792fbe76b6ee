import { bootstrapApplication } from '@angular/platform-browser'
import { TodoPage } from './todo-page.ts'

void bootstrapApplication(TodoPage)
