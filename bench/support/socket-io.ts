/** The same for all who use it. */
export const socketIoOptions = { perMessageDeflate: false, pingInterval: 300_000 }
