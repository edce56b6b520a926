/** A platform whose replies are written down beforehand. */

import type { HttpReply, HttpRequest, Platform } from "@siyu/client";

type Step = HttpReply | Error | ((request: HttpRequest) => Promise<HttpReply>);

export interface Script {
  readonly platform: Platform;
  readonly requests: HttpRequest[];
  readonly storage: Record<string, string>;
  hide(): void;
  show(): void;
}

/** Replies with one step after the other, and then with the last one for ever. */
export function script(steps: readonly Step[], storage: Record<string, string> = {}): Script {
  const requests: HttpRequest[] = [];
  const listeners: (() => void)[] = [];
  let hidden = false;
  const platform: Platform = {
    post: async (request) => {
      const step = steps[Math.min(requests.length, steps.length - 1)];
      requests.push(request);
      if (step === undefined || step instanceof Error) throw step;
      return typeof step === "function" ? step(request) : step;
    },
    read: (key) => storage[key],
    write: (key, text) => void (storage[key] = text),
    isHidden: () => hidden,
    onShow: (listener) => void listeners.push(listener),
    alone: (task) => task(),
  };
  return {
    platform,
    requests,
    storage,
    hide: () => void (hidden = true),
    show: () => {
      hidden = false;
      listeners.forEach((listener) => listener());
    },
  };
}

/** A reply with this data. */
export function data(content: object): HttpReply {
  return { status: 200, body: JSON.stringify({ data: content }) };
}

/** A reply of the server's with one error. */
export function error(code: string, status = 200, extensions: object = {}): HttpReply {
  const told = { message: "told", extensions: { code, retryable: "retryAfterMs" in extensions, ...extensions } };
  return { status, body: JSON.stringify({ errors: [told] }) };
}
