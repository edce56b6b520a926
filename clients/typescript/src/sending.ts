/** Sends as whoever is signed in, once more where the access token has expired meanwhile. */

import { failed, type Answer } from "./answers.js";
import type { Body } from "./documents.js";
import type { Sessions, Signed } from "./session.js";
import type { Post } from "./wire.js";

/** Sends a body; where a `member` is given, for nobody else. */
export type Send = <R>(body: Body, timeoutMs?: number, member?: string) => Promise<Answer<R>>;

export function sending(session: Sessions, post: Post): Send {
  return async <R>(body: Body, timeoutMs?: number, member?: string) => {
    const isOther = ({ data }: Signed): boolean => member !== undefined && data?.member !== member;
    const as = async (signed: Signed): Promise<Answer<R>> => {
      if (!signed.ok) return signed;
      if (isOther(signed)) return failed("UNAUTHENTICATED", "another member has signed in");
      return post(body, signed.data?.accessToken, timeoutMs);
    };
    const signed = await session.begun();
    const answer = await as(signed);
    const isExpired = !answer.ok && answer.failures[0].code === "UNAUTHENTICATED" && !isOther(signed);
    return isExpired && signed.data ? as(await session.renewed(signed.data.accessToken)) : answer;
  };
}
