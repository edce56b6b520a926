/** The configuration of graphql-codegen's client preset that the client is typed by. */

import { END, REFRESH } from "./session-documents.js";

interface Operation {
  readonly definitions: readonly { readonly operation?: string }[];
}

/**
 * What to generate: `generates: { "src/gql/": siyu() }`. It writes `graphql.ts`, with a `…Document` for each operation,
 * and the manifest `persisted-documents.json`. With `trusted: false` documents go as texts, and no manifest is needed.
 */
export function siyu({ trusted = true } = {}) {
  return {
    preset: "client" as const,
    documents: [REFRESH, END],
    presetConfig: {
      fragmentMasking: false,
      skipIndexFile: true,
      // Whether it may be repeated.
      onExecutableDocumentNode: ({ definitions }: Operation) => ({
        kind: definitions.find((each) => each.operation)?.operation,
      }),
      ...(trusted && { persistedDocuments: { mode: "replaceDocumentWithHash", hashAlgorithm: "sha256" } as const }),
    },
    config: {
      documentMode: "string",
      useTypeImports: true,
      importExtension: ".js" as const,
      // Old apps meet values that came later.
      futureProofEnums: true,
      defaultScalarType: "unknown",
      scalars: {
        ID: "string",
        BigInt: "string",
        Date: "string",
        DateTime: "string",
        WalletUnit: "string",
      },
    },
  };
}
