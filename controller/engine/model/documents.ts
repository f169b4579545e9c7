import type {
  Assignment,
  Binding,
  Group,
  GroupNumber,
  Host,
  Nat,
  Network,
  NetworkNumber,
  Policy,
  Port,
  Qos,
  Router,
  RouterNumber,
  Subnet,
} from '../../state/index.ts'

/** The documents that the model is made from, by kind; the names are those of the store's keys. */
export interface Documents {
  readonly network: Network
  readonly number: NetworkNumber
  readonly subnet: Subnet
  readonly port: Port
  readonly assignment: Assignment
  readonly host: Host
  readonly binding: Binding
  readonly router: Router
  /** The zone of a router's address translation, and its MAC. */
  readonly routerNumber: RouterNumber
  readonly nat: Nat
  readonly group: Group
  /** The number of a group's tenant, and its bit there. */
  readonly groupNumber: GroupNumber
  readonly policy: Policy
  readonly qos: Qos
}

export type DocumentKind = keyof Documents

/** One document that came or changed; that went where `value` is undefined. */
export type DocumentChange = {
  readonly [K in DocumentKind]: { readonly kind: K; readonly id: string; readonly value: Documents[K] | undefined }
}[DocumentKind]
