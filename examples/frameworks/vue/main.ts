import { createApp } from 'vue'
import TodoPage from './todo-page.vue'

createApp(TodoPage).mount('#page')
