/** Looks at something live again and again: as often as it says, not in the background, and rarer while that fails. */

import type { Answer, Failure } from "./answers.js";
import type { Client } from "./client.js";
import type { TypedDocument } from "./documents.js";

export const POLL_MS_MIN = 500;
export const POLL_MS_MAX = 60_000;

/** What boards, teams, sales and wallets tell of themselves: with the same revision nothing has changed. */
export interface Live {
  readonly pollAfterMs: number;
  readonly revision: string;
}

export interface Watcher<R, V> {
  readonly document: TypedDocument<R, V>;
  readonly variables: V;
  /** Which part of the data is live; it may be gone. */
  readonly live: (data: R) => Live | null | undefined;
  /** Told the first data, and then whatever changed. */
  readonly onChange: (data: R) => void;
  /** Told of each failure; polling goes on. */
  readonly onFailure?: (failures: readonly Failure[]) => void;
}

/** Begins to poll; what it returns ends it. */
export function poll<R, V>(client: Client, { document, variables, live, onChange, onFailure }: Watcher<R, V>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  let seen: string | undefined;
  let backoffMs = POLL_MS_MIN;

  /** Handles an answer; how long it is good for. */
  const look = (answer: Answer<R>): number => {
    if (!answer.ok) {
      onFailure?.(answer.failures);
      backoffMs *= 2;
      return Math.max(answer.failures[0].retryAfterMs ?? 0, backoffMs);
    }
    backoffMs = POLL_MS_MIN;
    const { revision = "", pollAfterMs = POLL_MS_MAX } = live(answer.data) ?? {};
    if (revision !== seen) onChange(answer.data);
    seen = revision;
    return pollAfterMs;
  };

  const turn = async (): Promise<void> => {
    await client.shown();
    if (stopped) return;
    const answer = await client.execute(document, ...([variables] as never));
    if (stopped) return;
    const waitMs = Math.min(Math.max(look(answer), POLL_MS_MIN), POLL_MS_MAX);
    // A little later than said, so that a thousand phones do not come at once.
    if (!stopped) timer = setTimeout(turn, waitMs * (1 + Math.random() / 10));
  };

  void turn();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
