/** The client: one document at a time, with whatever a phone needs to get an answer to it. */

import type { Answer } from "./answers.js";
import { bodyOf, isQuery, type TypedDocument } from "./documents.js";
import type { Platform } from "./platform.js";
import { retrying } from "./retrying.js";
import { sending } from "./sending.js";
import { sessions, type Session } from "./session.js";
import { submitting, type OnAnswer } from "./submitting.js";
import { wire } from "./wire.js";

export interface ClientConfig {
  /** Where the server answers: `https://…/graphql`. */
  readonly url: string;
  readonly platform: Platform;
  /** Signs the member in, without a tap where that can be, or gives null. Without it everybody is a stranger. */
  readonly signIn?: () => Promise<Session | null>;
  /** Sent with every request, such as `Accept-Language` and `X-Client`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Told the answers that nobody waits for any more: to what was submitted before the app was closed. */
  readonly onAnswer?: OnAnswer;
}

export interface Options {
  /** Longest wait for each attempt; a mini program allows 60,000. */
  readonly timeoutMs?: number;
}

/** Variables without the key, which the client makes and keeps. */
export type Unkeyed<V> = V extends { input: { idempotencyKey: string } }
  ? Omit<V, "input"> & { input: Omit<V["input"], "idempotencyKey"> }
  : never;

/** Variables may be left out where all of them may. */
type Rest<V> = Record<string, never> extends V ? [variables?: V, options?: Options] : [variables: V, options?: Options];

export interface Client {
  /** Runs a document. Queries are repeated where that may help, mutations never. */
  execute<R, V>(document: TypedDocument<R, V>, ...rest: Rest<V>): Promise<Answer<R>>;
  /**
   * Runs a mutation whose `$input` takes an `idempotencyKey`, once, however often it has to be sent. Until it is
   * answered it is kept in storage, sent again when the app returns, and joined by whoever submits the same.
   */
  submit<R, V>(document: TypedDocument<R, V>, variables: Unkeyed<V>, options?: Options): Promise<Answer<R>>;
  /** Ends the session, here at once and then at the server. */
  signOut(): Promise<Answer<unknown>>;
  /** Resolves when the app is in the foreground: at once, if it is. */
  shown(): Promise<void>;
}

export function createClient({ url, platform, signIn, headers, onAnswer }: ClientConfig): Client {
  const returns: (() => void)[] = [];
  const shown = (): Promise<void> =>
    platform.isHidden() ? new Promise((resolve) => returns.push(resolve)) : Promise.resolve();
  const post = wire(url, platform, headers);
  const session = sessions(platform, post, async () => (await signIn?.()) ?? null);
  const send = sending(session, post);
  const mutations = submitting(platform, session, send, shown, onAnswer);

  platform.onShow(() => {
    returns.splice(0).forEach((go) => go());
    mutations.resume();
  });
  mutations.resume();

  return {
    execute: (document, variables?, options?) => {
      const attempt = () => send<never>(bodyOf(document, variables), options?.timeoutMs);
      return isQuery(document) ? retrying(attempt, shown) : attempt();
    },
    submit: (document, variables, options) =>
      mutations.submit(bodyOf(document, variables), options?.timeoutMs) as Promise<Answer<never>>,
    signOut: session.end,
    shown,
  };
}
