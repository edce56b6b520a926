/** Gets what members asked for done once, however often the network, the app or the phone gives up. */

import { failed, STUCK, type Answer } from "./answers.js";
import type { Body } from "./documents.js";
import { intents, type Intent } from "./intents.js";
import type { Platform } from "./platform.js";
import { retrying } from "./retrying.js";
import type { Send } from "./sending.js";
import type { Sessions } from "./session.js";

/** Told of answers that nobody waits for any more. */
export type OnAnswer = (answer: Answer<unknown>, variables: unknown) => void;

export interface Submitting {
  submit(body: Body, timeoutMs?: number): Promise<Answer<unknown>>;
  /** Sends again what an earlier run of the app has left, or what this one gave up. */
  resume(): void;
}

export function submitting(
  platform: Platform,
  session: Sessions,
  send: Send,
  shown: () => Promise<void>,
  onAnswer: OnAnswer | undefined,
): Submitting {
  const kept = intents(platform);
  const underWay = new Map<string, Promise<Answer<unknown>>>();

  async function settle(intent: Intent, timeoutMs?: number): Promise<Answer<unknown>> {
    const answer = await retrying(() => send(keyed(intent), timeoutMs, intent.member), shown);
    if (isFinal(answer)) kept.answered(intent);
    underWay.delete(intent.key);
    return answer;
  }

  const settled = (intent: Intent, timeoutMs?: number): Promise<Answer<unknown>> => {
    const answer = underWay.get(intent.key) ?? settle(intent, timeoutMs);
    underWay.set(intent.key, answer);
    return answer;
  };

  return {
    submit: async (body, timeoutMs) => {
      const signed = await session.begun();
      if (!signed.ok) return signed;
      if (!signed.data) return send(body, timeoutMs);
      const intent = kept.keep(signed.data.member, body);
      return intent ? settled(intent, timeoutMs) : failed("RATE_LIMITED", "too many requests are unanswered");
    },
    resume: () => {
      for (const intent of kept.all()) {
        if (underWay.has(intent.key)) continue;
        void settled(intent).then((answer) => isFinal(answer) && onAnswer?.(answer, intent.body.variables));
      }
    },
  };
}

/** The body with the key of its intent. */
function keyed({ body, key }: Intent): Body {
  const variables = body.variables as { input: object };
  return { ...body, variables: { ...variables, input: { ...variables.input, idempotencyKey: key } } };
}

/** Whether the server has decided; all else may still change when the same is sent again. */
function isFinal(answer: Answer<unknown>): boolean {
  return answer.ok || answer.failures.every(({ code, retryable }) => !retryable && !STUCK.includes(code));
}
