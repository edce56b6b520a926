/** What the Python side has made ready, in the environment: a server, and a member with a session whose token has expired. */

import type { Session } from "@siyu/client";

export interface Given {
  readonly url: string;
  readonly session: Session;
  readonly campaign: string;
}

export const given = JSON.parse(process.env.SIYU_GIVEN!) as Given;

/** The storage of a phone whose member is signed in. */
export function signedIn(): Record<string, string> {
  return { "siyu.session": JSON.stringify(given.session) };
}
