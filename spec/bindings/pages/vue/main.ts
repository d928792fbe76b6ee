import { createApp, h, ref } from 'vue'
import { drive } from '../driver.ts'
import Whole from './whole.vue'

drive({
  plain(element, scene) {
    const chosen = ref('t0')
    const app = createApp({ render: () => h(Whole, { scene, chosen: chosen.value }) })
    app.mount(element)
    return {
      choose(id) {
        chosen.value = id
      },
      hide: () => app.unmount(),
    }
  },
})
