/** The keys of an object type that a path can name. Arrays are values: paths do not go into them. */
export type KeyOf<T> = NonNullable<T> extends readonly unknown[]
  ? never
  : NonNullable<T> extends object
    ? Extract<keyof NonNullable<T>, string>
    : never

export type ChildOf<T, K> = K extends keyof NonNullable<T> ? NonNullable<T>[K] : never

type Shallower = [never, 0, 1, 2, 3, 4, 5, 6, 7]

/** Every path into a document of type `T`, at most eight segments deep. */
export type PathOf<T, Depth extends number = 8> = [Depth] extends [0]
  ? []
  : [] | { [K in KeyOf<T>]: [K, ...PathOf<ChildOf<T, K>, Shallower[Depth]>] }[KeyOf<T>]

/** What stands at a path. */
export type ValueAt<T, P extends readonly unknown[]> = P extends readonly [infer K, ...infer Rest]
  ? ValueAt<ChildOf<T, K>, Rest>
  : T

/** What a create in a record puts there. */
export type ElementOf<T> = NonNullable<T> extends readonly unknown[]
  ? never
  : NonNullable<T> extends Record<string, infer E>
    ? NonNullable<E>
    : never

/** The keys that an object can do without. */
export type OptionalKeyOf<T> = { [K in KeyOf<T>]: Record<never, never> extends Pick<NonNullable<T>, K> ? K : never }[KeyOf<T>]
