/** One request and its answer: headers, a lane, and a failure where nothing came back. */

import { answerOf, failed, type Answer, type Failed } from "./answers.js";
import type { Body } from "./documents.js";
import { lanes } from "./lanes.js";
import type { Platform } from "./platform.js";

/** The server gives up sooner by itself. */
export const TIMEOUT_MS = 10_000;

/** Sends a body, with a token if there is one. */
export type Post = <R>(body: Body, token?: string, timeoutMs?: number) => Promise<Answer<R>>;

/** Whether it was done is not known. */
export function noAnswer(error: unknown): Failed {
  return failed("NETWORK", String(error));
}

export function wire(url: string, platform: Platform, given: Readonly<Record<string, string>> | undefined): Post {
  const lane = lanes();
  return async <R>(body: Body, token?: string, timeoutMs = TIMEOUT_MS) => {
    const headers = {
      ...given,
      "Content-Type": "application/json",
      Accept: "application/graphql-response+json",
      ...(token && { Authorization: `Bearer ${token}` }),
    };
    const reply = lane(() => platform.post({ url, headers, body: JSON.stringify(body), timeoutMs }));
    return reply
      ? reply.then((came) => answerOf<R>(came), noAnswer)
      : failed("RATE_LIMITED", "too many requests are under way");
  };
}
