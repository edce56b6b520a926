/** Typed documents, as graphql-codegen writes them, and how each goes over the wire. */

/** A document that knows its answer `R` and its variables `V`. */
export interface TypedDocument<R, V> {
  readonly __apiType?: ((variables: V) => R) | undefined;
  /** `hash` names a trusted document; `kind` is written by `@siyu/client/codegen`. */
  readonly __meta__?: Readonly<Record<string, unknown>> | undefined;
}

/** The body of a request. */
export interface Body {
  documentId?: string;
  query?: string;
  variables: unknown;
}

/** A trusted document goes as its hash, any other as its text. */
export function bodyOf(document: TypedDocument<unknown, never>, variables: unknown): Body {
  const hash = document.__meta__?.hash;
  return typeof hash === "string" ? { documentId: hash, variables } : { query: String(document), variables };
}

/** Whether the document changes nothing, and so may be sent twice. */
export function isQuery(document: TypedDocument<unknown, never>): boolean {
  const kind = document.__meta__?.kind;
  return kind === undefined ? /^\s*(query|\{)/.test(String(document)) : kind === "query";
}
