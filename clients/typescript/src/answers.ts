/** From what came back, if anything did, to an answer: data, or failures with codes of a closed list. */

import { SERVER_CODES, type ServerCode } from "./codes.js";
import type { HttpReply } from "./platform.js";

/**
 * The server's codes, and two of the client's own: `NETWORK`, no answer came and nobody knows whether anything was done;
 * `UNKNOWN`, what answered is no siyu, or a siyu whose codes are newer than this client.
 */
export type ErrorCode = ServerCode | "NETWORK" | "UNKNOWN";

export interface Failure {
  readonly code: ErrorCode;
  /** For developers, in English. */
  readonly message: string;
  /** Whether the same request may be sent again as it is. */
  readonly retryable: boolean;
  /** Not before so many milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Finds the request in the server's log. */
  readonly requestId?: string | undefined;
  /** The field that failed, where others may be there. */
  readonly path?: readonly (string | number)[] | undefined;
  /** The limit that a refused document goes beyond. */
  readonly limit?: string | undefined;
}

/** `ok` tells which it is. A failed answer has the data of those fields that did not fail. */
export type Answer<R> = { readonly ok: true; readonly data: R } | Failed<R>;

export interface Failed<R = never> {
  readonly ok: false;
  readonly failures: readonly [Failure, ...Failure[]];
  readonly data: R | null;
}

interface Told {
  message: string;
  path?: (string | number)[];
  extensions?: { code?: string; retryable?: boolean; retryAfterMs?: number; requestId?: string; limit?: string };
}

/** These ask for more than time: a sign-in, or a way past a proxy. */
export const STUCK: readonly ErrorCode[] = ["UNAUTHENTICATED", "UNKNOWN"];

/** A failure that the client itself has found. */
export function failed(
  code: "NETWORK" | "RATE_LIMITED" | "UNAVAILABLE" | "UNAUTHENTICATED" | "UNKNOWN",
  message: string,
  retryAfterMs?: number,
): Failed {
  return { ok: false, failures: [{ code, message, retryable: !STUCK.includes(code), retryAfterMs }], data: null };
}

/** The answer in a reply: every status comes here, since a mini program is told of each as a success. */
export function answerOf<R>(reply: HttpReply): Answer<R> {
  const waitMs = Number(reply.retryAfter ?? NaN) * 1000 || undefined;
  const { data = null, errors } = json(reply.body) as { data?: R | null; errors?: Told[] };
  const failures = Array.isArray(errors) ? errors.map((told) => failure(told, waitMs)) : [];
  const [first, ...others] = failures;
  if (first) return { ok: false, failures: [first, ...others], data };
  if (data !== null && reply.status === 200) return { ok: true, data };
  return failed(codeOf(reply.status), `status ${reply.status}`, waitMs);
}

/** An object; one without properties for everything else, such as a page of a proxy. */
function json(text: string): object {
  try {
    return Object(JSON.parse(text)) as object;
  } catch {
    return {};
  }
}

function failure({ message, path, extensions = {} }: Told, waitMs: number | undefined): Failure {
  const known = (SERVER_CODES as readonly (string | undefined)[]).includes(extensions.code);
  return {
    ...extensions,
    code: known ? (extensions.code as ServerCode) : "UNKNOWN",
    message,
    path,
    retryable: extensions.retryable === true,
    retryAfterMs: extensions.retryAfterMs ?? waitMs,
  };
}

function codeOf(status: number): "RATE_LIMITED" | "UNAVAILABLE" | "UNKNOWN" {
  return status === 429 ? "RATE_LIMITED" : status > 501 && status < 505 ? "UNAVAILABLE" : "UNKNOWN";
}
