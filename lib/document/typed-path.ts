/** The keys of an object type that a path can name. Arrays are values: paths do not go into them. */
export type KeyOf<T> = unknown extends T
  ? string
  : T extends readonly unknown[]
    ? never
    : T extends object
      ? Extract<keyof T, string>
      : never

export type ChildOf<T, K> = unknown extends T ? T : T extends object ? (K extends keyof T ? T[K] : never) : never

/** How a path into a document of type `T` begins. */
export type PathOf<T> = [] | { [K in KeyOf<T>]: [K, ...string[]] }[KeyOf<T>]

/** The path `P` itself where it leads into `T`; otherwise what it would have to be, for the compiler to name. */
export type Checked<T, P extends readonly unknown[]> = P extends Steps<T, P> ? P : Steps<T, P>

// Follows the path that is given instead of listing all there are, so that wide and recursive types cost nothing.
type Steps<T, P extends readonly unknown[]> = P extends readonly []
  ? []
  : P extends readonly [infer K, ...infer Rest]
    ? K extends KeyOf<T>
      ? [K, ...Steps<ChildOf<T, K>, Rest>]
      : [KeyOf<T>, ...Rest]
    : [KeyOf<T>]

/** What stands at a path. */
export type ValueAt<T, P extends readonly unknown[]> = P extends readonly [infer K, ...infer Rest]
  ? ValueAt<ChildOf<T, K>, Rest>
  : T

/** What a create puts into a record: an object with any keys. */
export type ElementOf<T> = unknown extends T
  ? object
  : string extends KeyOf<T>
    ? NonNullable<ChildOf<T, string>>
    : never

/** What an update can set: keys of an object. */
export type ChangesOf<T> = unknown extends T ? object : [KeyOf<T>] extends [never] ? never : Partial<NonNullable<T>>

/** The keys that an object can do without. */
export type OptionalKeyOf<T> = unknown extends T
  ? string
  : {
      [K in KeyOf<T>]: Record<never, never> extends Pick<NonNullable<T>, K & keyof NonNullable<T>> ? K : never
    }[KeyOf<T>]
