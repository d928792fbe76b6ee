import type { ClientRecord } from '../contracts/history.ts'

const remembered = 1_000

/** What is known of clients, as of the confirmed position; the history knows the rest. */
export class Records {
  readonly #records = new Map<string, ClientRecord | null>()

  /** `null`: there is none; `undefined`: the history must be asked. */
  get(client: string, by: string): ClientRecord | null | undefined {
    return this.#records.get(recordKey(client, by))
  }

  /** Nobody speaks for it any more; should it come back, the history is asked. */
  forget(client: string, by: string): void {
    this.#records.delete(recordKey(client, by))
  }

  note(client: string, by: string, record: ClientRecord | null): void {
    const key = recordKey(client, by)
    this.#records.delete(key)
    this.#records.set(key, record)
    if (this.#records.size > remembered) this.#records.delete(this.#records.keys().next().value as string)
  }

  /** Takes over what the history said; what came out of it meanwhile is newer. @returns what is known now */
  learn(client: string, by: string, record: ClientRecord | undefined): ClientRecord | undefined {
    const known = this.get(client, by)
    if (known && known.seq > (record?.seq ?? 0)) return known
    this.note(client, by, record ?? null)
    return record
  }
}

/** Client and subject together name a record. */
export const recordKey = (client: string, by: string): string => `${client.length} ${client} ${by}`
