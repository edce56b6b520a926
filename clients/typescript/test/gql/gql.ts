/* eslint-disable */
import * as types from './graphql.js';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "mutation SiyuEnd($token: String!) {\n  sessionEnd(input: {refreshToken: $token}) {\n    userErrors {\n      code\n    }\n  }\n}": typeof types.SiyuEndDocument,
    "mutation SiyuRefresh($token: String!) {\n  sessionRefresh(input: {refreshToken: $token}) {\n    session {\n      accessToken\n      refreshToken\n    }\n  }\n}": typeof types.SiyuRefreshDocument,
    "fragment Place on BoardEntry {\n  rank\n  score\n  member {\n    nickname\n  }\n}\n\nquery Board($board: ID!) {\n  leaderboard(board: $board, window: WEEK) {\n    asOf\n    revision\n    pollAfterMs\n    entry {\n      ...Place\n    }\n    entries(first: 10) {\n      nodes {\n        ...Place\n      }\n    }\n  }\n}": typeof types.PlaceFragmentDoc,
    "query OpenCampaigns {\n  campaigns(filter: {state: [RUNNING]}) {\n    nodes {\n      id\n      name\n      state\n      viewerProgress {\n        current\n        target\n        text\n      }\n    }\n  }\n}\n\nmutation CheckIn($input: CheckInSignInput!) {\n  checkInSign(input: $input) {\n    effects {\n      kind\n      ... on GrantEffect {\n        unit\n        amount\n      }\n    }\n    decision {\n      id\n      at\n    }\n    userErrors {\n      code\n      message\n    }\n  }\n}": typeof types.OpenCampaignsDocument,
    "query Me {\n  viewer {\n    ... on MemberViewer {\n      member {\n        id\n        nickname\n        wallet(unit: POINTS) {\n          balance\n        }\n      }\n    }\n  }\n}\n\nmutation Rename($nickname: String!) {\n  memberUpdate(input: {nickname: $nickname}) {\n    member {\n      nickname\n    }\n    userErrors {\n      code\n    }\n  }\n}": typeof types.MeDocument,
};
const documents: Documents = {
    "mutation SiyuEnd($token: String!) {\n  sessionEnd(input: {refreshToken: $token}) {\n    userErrors {\n      code\n    }\n  }\n}": types.SiyuEndDocument,
    "mutation SiyuRefresh($token: String!) {\n  sessionRefresh(input: {refreshToken: $token}) {\n    session {\n      accessToken\n      refreshToken\n    }\n  }\n}": types.SiyuRefreshDocument,
    "fragment Place on BoardEntry {\n  rank\n  score\n  member {\n    nickname\n  }\n}\n\nquery Board($board: ID!) {\n  leaderboard(board: $board, window: WEEK) {\n    asOf\n    revision\n    pollAfterMs\n    entry {\n      ...Place\n    }\n    entries(first: 10) {\n      nodes {\n        ...Place\n      }\n    }\n  }\n}": types.PlaceFragmentDoc,
    "query OpenCampaigns {\n  campaigns(filter: {state: [RUNNING]}) {\n    nodes {\n      id\n      name\n      state\n      viewerProgress {\n        current\n        target\n        text\n      }\n    }\n  }\n}\n\nmutation CheckIn($input: CheckInSignInput!) {\n  checkInSign(input: $input) {\n    effects {\n      kind\n      ... on GrantEffect {\n        unit\n        amount\n      }\n    }\n    decision {\n      id\n      at\n    }\n    userErrors {\n      code\n      message\n    }\n  }\n}": types.OpenCampaignsDocument,
    "query Me {\n  viewer {\n    ... on MemberViewer {\n      member {\n        id\n        nickname\n        wallet(unit: POINTS) {\n          balance\n        }\n      }\n    }\n  }\n}\n\nmutation Rename($nickname: String!) {\n  memberUpdate(input: {nickname: $nickname}) {\n    member {\n      nickname\n    }\n    userErrors {\n      code\n    }\n  }\n}": types.MeDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation SiyuEnd($token: String!) {\n  sessionEnd(input: {refreshToken: $token}) {\n    userErrors {\n      code\n    }\n  }\n}"): typeof import('./graphql.js').SiyuEndDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation SiyuRefresh($token: String!) {\n  sessionRefresh(input: {refreshToken: $token}) {\n    session {\n      accessToken\n      refreshToken\n    }\n  }\n}"): typeof import('./graphql.js').SiyuRefreshDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment Place on BoardEntry {\n  rank\n  score\n  member {\n    nickname\n  }\n}\n\nquery Board($board: ID!) {\n  leaderboard(board: $board, window: WEEK) {\n    asOf\n    revision\n    pollAfterMs\n    entry {\n      ...Place\n    }\n    entries(first: 10) {\n      nodes {\n        ...Place\n      }\n    }\n  }\n}"): typeof import('./graphql.js').PlaceFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query OpenCampaigns {\n  campaigns(filter: {state: [RUNNING]}) {\n    nodes {\n      id\n      name\n      state\n      viewerProgress {\n        current\n        target\n        text\n      }\n    }\n  }\n}\n\nmutation CheckIn($input: CheckInSignInput!) {\n  checkInSign(input: $input) {\n    effects {\n      kind\n      ... on GrantEffect {\n        unit\n        amount\n      }\n    }\n    decision {\n      id\n      at\n    }\n    userErrors {\n      code\n      message\n    }\n  }\n}"): typeof import('./graphql.js').OpenCampaignsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Me {\n  viewer {\n    ... on MemberViewer {\n      member {\n        id\n        nickname\n        wallet(unit: POINTS) {\n          balance\n        }\n      }\n    }\n  }\n}\n\nmutation Rename($nickname: String!) {\n  memberUpdate(input: {nickname: $nickname}) {\n    member {\n      nickname\n    }\n    userErrors {\n      code\n    }\n  }\n}"): typeof import('./graphql.js').MeDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
