/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type CampaignState =
  | 'ARCHIVED'
  | 'DRAFT'
  | 'ENDED'
  | 'PAUSED'
  | 'RUNNING'
  | 'SCHEDULED'
  | '%future added value';

export type CheckInSignInput = {
  campaign: string;
  idempotencyKey: string;
  /** Where the member is, in degrees (WGS 84). */
  latitude?: number | null | undefined;
  /** With the latitude. */
  longitude?: number | null | undefined;
  /** Where the photo is, an https address of at most 500 characters. */
  photo?: string | null | undefined;
};

export type SiyuEndMutationVariables = Exact<{
  token: string;
}>;


export type SiyuEndMutation = { sessionEnd: { userErrors: Array<{ code: string }> } };

export type SiyuRefreshMutationVariables = Exact<{
  token: string;
}>;


export type SiyuRefreshMutation = { sessionRefresh: { session: { accessToken: string, refreshToken: string } | null } };

export type PlaceFragment = { rank: number, score: string, member: { nickname: string | null } };

export type BoardQueryVariables = Exact<{
  board: string;
}>;


export type BoardQuery = { leaderboard: { asOf: string, revision: string, pollAfterMs: number, entry: { rank: number, score: string, member: { nickname: string | null } } | null, entries: { nodes: Array<{ rank: number, score: string, member: { nickname: string | null } }> } } };

export type OpenCampaignsQueryVariables = Exact<{ [key: string]: never; }>;


export type OpenCampaignsQuery = { campaigns: { nodes: Array<
      | { id: string, name: string, state: CampaignState, viewerProgress: { current: number, target: number | null, text: string } | null }
      | { id: string, name: string, state: CampaignState, viewerProgress: { current: number, target: number | null, text: string } | null }
      | { id: string, name: string, state: CampaignState, viewerProgress: { current: number, target: number | null, text: string } | null }
      | { id: string, name: string, state: CampaignState, viewerProgress: { current: number, target: number | null, text: string } | null }
      | { id: string, name: string, state: CampaignState, viewerProgress: { current: number, target: number | null, text: string } | null }
      | { id: string, name: string, state: CampaignState, viewerProgress: { current: number, target: number | null, text: string } | null }
    > } };

export type CheckInMutationVariables = Exact<{
  input: CheckInSignInput;
}>;


export type CheckInMutation = { checkInSign: { effects: Array<
      | { kind: string }
      | { kind: string }
      | { kind: string }
      | { kind: string }
      | { kind: string }
      | { unit: string, amount: string, kind: string }
      | { kind: string }
      | { kind: string }
      | { kind: string }
      | { kind: string }
      | { kind: string }
      | { kind: string }
      | { kind: string }
      | { kind: string }
      | { kind: string }
      | { kind: string }
      | { kind: string }
      | { kind: string }
      | { kind: string }
      | { kind: string }
      | { kind: string }
      | { kind: string }
      | { kind: string }
      | { kind: string }
      | { kind: string }
      | { kind: string }
      | { kind: string }
      | { kind: string }
      | { kind: string }
    >, decision: { id: string, at: string } | null, userErrors: Array<{ code: string, message: string }> } };

export type MeQueryVariables = Exact<{ [key: string]: never; }>;


export type MeQuery = { viewer:
    | { member: { id: string, nickname: string | null, wallet: { balance: string } } }
    | Record<PropertyKey, never>
   };

export type RenameMutationVariables = Exact<{
  nickname: string;
}>;


export type RenameMutation = { memberUpdate: { member: { nickname: string | null } | null, userErrors: Array<{ code: string }> } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const PlaceFragmentDoc = new TypedDocumentString(`
    fragment Place on BoardEntry {
  rank
  score
  member {
    nickname
  }
}
    `, {"fragmentName":"Place"}) as unknown as TypedDocumentString<PlaceFragment, unknown>;
export const SiyuEndDocument = {"__meta__":{"kind":"mutation","hash":"sha256:61481ffddc367d0096880b8feda3cacf309c578d86b454c40025e0355c351d35"}} as unknown as TypedDocumentString<SiyuEndMutation, SiyuEndMutationVariables>;
export const SiyuRefreshDocument = {"__meta__":{"kind":"mutation","hash":"sha256:e6f618505a1b22c5bcea56b1ec0ca9025289b0a9b1bd6ccce4d30adca99d0425"}} as unknown as TypedDocumentString<SiyuRefreshMutation, SiyuRefreshMutationVariables>;
export const BoardDocument = {"__meta__":{"kind":"query","hash":"sha256:7faef6f55e7c6d0ec42bad92cf43cbf0308d25eb99bf95b7fae7abddd27ec519"}} as unknown as TypedDocumentString<BoardQuery, BoardQueryVariables>;
export const OpenCampaignsDocument = {"__meta__":{"kind":"query","hash":"sha256:a51f501ed428f7b3c6f9340c4c5f34650b8eddf2dfb7ad315a8474b5c7f94ddc"}} as unknown as TypedDocumentString<OpenCampaignsQuery, OpenCampaignsQueryVariables>;
export const CheckInDocument = {"__meta__":{"kind":"mutation","hash":"sha256:7c99123522dac61934c5a08ee9c75ee79f80ac17d3fe202f9c37e38d96c1612b"}} as unknown as TypedDocumentString<CheckInMutation, CheckInMutationVariables>;
export const MeDocument = {"__meta__":{"kind":"query","hash":"sha256:6da31d3e07b7adbf44463be17e5455b3f8e8294b1875913c99b4da806e17f01c"}} as unknown as TypedDocumentString<MeQuery, MeQueryVariables>;
export const RenameDocument = {"__meta__":{"kind":"mutation","hash":"sha256:c605c7e8f976b46982a784f2c7a8d56ee403773a3cd0fa275985434a7a264018"}} as unknown as TypedDocumentString<RenameMutation, RenameMutationVariables>;