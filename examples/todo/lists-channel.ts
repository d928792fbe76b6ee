/** Where the tabs of a browser and the host of its own lists speak. */
export const channel = 'millrace-lists'
