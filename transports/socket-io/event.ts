/** The one event that carries messages, both ways: `['m', message]`, no acknowledgements, no binary. */
export const messageEvent = 'm'
