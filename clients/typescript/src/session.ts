/** Keeps a member signed in: two tokens in storage, renewed by one call at a time. */

import type { Answer, Failed } from "./answers.js";
import type { Platform } from "./platform.js";
import { END, REFRESH } from "./session-documents.js";
import { noAnswer, type Post } from "./wire.js";

/** What the shop's own login gives: whose session it is, and the tokens of `sessionStart`. */
export interface Session {
  /** The member, by any id that the app has: what one member left unanswered is never sent for another. */
  readonly member: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

type Tokens = Omit<Session, "member">;
export type Signed = { readonly ok: true; readonly data: Session | null } | Failed;

const KEY = "siyu.session";

export interface Sessions {
  /** The session, after a sign-in where there was none; none for a stranger. */
  begun(): Promise<Signed>;
  /** A session with another access token than this one, which the server did not accept. */
  renewed(stale?: string): Promise<Signed>;
  /** Signs out, here and then at the server. */
  end(): Promise<Answer<unknown>>;
}

export function sessions(platform: Platform, post: Post, signIn: () => Promise<Session | null>): Sessions {
  let underWay: Promise<Signed> | null = null;
  const kept = (): Session | null => JSON.parse(platform.read(KEY) || "null") as Session | null;
  const keep = (session: Session | null): Session | null => (platform.write(KEY, JSON.stringify(session)), session);

  async function renew(stale: string | undefined): Promise<Signed> {
    let session = kept();
    // Another page of the app may have been faster.
    if (session && session.accessToken === stale) {
      const answer = await refresh(post, session.refreshToken);
      // Without an answer nobody knows whether the session lives on.
      if (!answer.ok) return { ...answer, data: null };
      session = keep(answer.data && { ...session, ...answer.data });
    }
    return { ok: true, data: session ?? keep(await signIn()) };
  }

  // A refresh token that comes a second time ends the session.
  const renewed = (stale?: string): Promise<Signed> =>
    (underWay ??= platform
      .alone(() => renew(stale))
      .catch(noAnswer)
      .finally(() => (underWay = null)));

  const begun = async (): Promise<Signed> => {
    const session = kept();
    return session ? { ok: true, data: session } : renewed();
  };

  return {
    begun,
    renewed,
    end: async () => {
      await underWay;
      const session = kept();
      keep(null);
      return session ? post({ query: END, variables: { token: session.refreshToken } }) : { ok: true, data: null };
    },
  };
}

/** New tokens; none where the session has ended. */
async function refresh(post: Post, token: string): Promise<Answer<Tokens | null>> {
  const answer = await post<{ sessionRefresh: { session: Tokens | null } }>({ query: REFRESH, variables: { token } });
  return answer.ok ? { ok: true, data: answer.data.sessionRefresh.session } : { ...answer, data: null };
}
