/** Repeats what may be repeated: a few times, later and later, and never all phones at once. */

import type { Answer } from "./answers.js";

export const RETRIES_MAX = 2;
export const BACKOFF_MS = 300;
/** Who would have to wait longer is told so instead. */
export const WAIT_MS_MAX = 10_000;

/** Resolves after about so many milliseconds, up to half as many more. */
export function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms * (1 + Math.random() / 2)));
}

/** The last answer of an attempt and its repetitions; each waits until the app is shown. */
export async function retrying<R>(attempt: () => Promise<Answer<R>>, shown: () => Promise<void>): Promise<Answer<R>> {
  for (let retries = 0; ; retries++) {
    const answer = await attempt();
    if (answer.ok || retries === RETRIES_MAX || !answer.failures.every((each) => each.retryable)) return answer;
    const waitMs = answer.failures[0].retryAfterMs ?? BACKOFF_MS << retries;
    if (waitMs > WAIT_MS_MAX) return answer;
    await rest(waitMs);
    await shown();
  }
}
