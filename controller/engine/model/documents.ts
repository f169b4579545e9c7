import type { Assignment, Binding, Host, Network, NetworkNumber, Port, Subnet } from '../../state/index.ts'

/** The documents that the model is made from, by kind; the names are those of the store's keys. */
export interface Documents {
  readonly network: Network
  readonly number: NetworkNumber
  readonly subnet: Subnet
  readonly port: Port
  readonly assignment: Assignment
  readonly host: Host
  readonly binding: Binding
}

export type DocumentKind = keyof Documents

/** One document that came or changed; that went where `value` is undefined. */
export type DocumentChange = {
  readonly [K in DocumentKind]: { readonly kind: K; readonly id: string; readonly value: Documents[K] | undefined }
}[DocumentKind]
