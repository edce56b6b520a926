/** Must not compile: `nicknam` is no field of the document. */

import type { Client } from "@siyu/client";
import { RenameDocument } from "../gql/graphql.js";

export async function nickname(client: Client): Promise<string | null | undefined> {
  const answer = await client.execute(RenameDocument, { nickname: "Lin" });
  return answer.data?.memberUpdate.member?.nicknam;
}
