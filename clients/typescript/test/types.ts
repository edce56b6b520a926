/** What the types refuse; a line that the compiler lets pass is an error here. */

import type { Client, ErrorCode } from "@siyu/client";
import { CheckInDocument, MeDocument, OpenCampaignsDocument, RenameDocument } from "./gql/graphql.js";

export async function refused(client: Client): Promise<void> {
  const answer = await client.execute(OpenCampaignsDocument);
  // @ts-expect-error - there may be no data
  answer.data.campaigns;
  if (answer.ok) {
    answer.data.campaigns.nodes[0]?.name;
    // @ts-expect-error - the document does not ask for it
    answer.data.campaigns.nodes[0]?.config;
  }

  await client.execute(MeDocument);
  await client.execute(RenameDocument, { nickname: "Lin" });
  // @ts-expect-error - variables are missing
  await client.execute(RenameDocument);
  // @ts-expect-error - a name is a text
  await client.execute(RenameDocument, { nickname: 1 });

  await client.submit(CheckInDocument, { input: { campaign: "c1" } });
  // @ts-expect-error - the key is the client's
  await client.submit(CheckInDocument, { input: { campaign: "c1", idempotencyKey: "mine" } });
  // @ts-expect-error - a mutation without a key cannot be kept
  await client.submit(RenameDocument, { nickname: "Lin" });
}

/** All codes; a new one of the server's fails to compile here until an app has words for it. */
export function isMendable(code: ErrorCode): boolean {
  switch (code) {
    case "NETWORK":
    case "RATE_LIMITED":
    case "BUSY":
    case "TIMED_OUT":
    case "UNAVAILABLE":
    case "UNAUTHENTICATED":
      return true;
    case "UNKNOWN":
    case "FORBIDDEN":
    case "INVALID_REQUEST":
    case "INVALID_ARGUMENT":
    case "DOCUMENT_REFUSED":
    case "DOCUMENT_UNKNOWN":
    case "DOCUMENT_NOT_TRUSTED":
    case "INTERNAL":
    case "NOT_FOUND":
    case "METHOD_NOT_ALLOWED":
    case "NOT_ACCEPTABLE":
    case "UNSUPPORTED_MEDIA_TYPE":
    case "BODY_TOO_LARGE":
    case "INCOMPLETE_BODY":
    case "INVALID_JSON":
    case "NO_BATCHING":
      return false;
  }
}
