/** What is followed, or a function that says what; it is followed anew whenever what that reads says something else. */
export type Given<S> = S | (() => S)

/** What is meant. Nothing that can be followed is a function. */
export const meant = <S>(given: Given<S>): S => (typeof given === 'function' ? (given as () => S)() : given)
