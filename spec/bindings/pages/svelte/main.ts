import { flushSync, mount, unmount } from 'svelte'
import { drive } from '../driver.ts'
import Whole from './whole.svelte'

drive({
  plain(element, scene) {
    const whole = mount(Whole, { target: element, props: { scene } })
    return {
      choose(id) {
        whole.choose(id)
        flushSync()
      },
      hide: () => unmount(whole),
    }
  },
})
