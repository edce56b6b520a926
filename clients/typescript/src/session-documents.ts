/**
 * The two documents of the client itself, printed as graphql-codegen prints them: `@siyu/client/codegen` puts them into
 * every manifest, and a server that runs trusted documents alone knows such a text without its hash.
 */

export const REFRESH =
  "mutation SiyuRefresh($token: String!) { sessionRefresh(input: {refreshToken: $token}) { session { accessToken refreshToken } } }";

export const END =
  "mutation SiyuEnd($token: String!) { sessionEnd(input: {refreshToken: $token}) { userErrors { code } } }";
