/**
 * A phone with WeChat, as far as a client notices: every status is a success, ten requests go at once, and five seconds
 * after the app was hidden whatever is under way is interrupted. Requests are real ones, by fetch.
 */

import type { MiniProgramApi } from "../src/mini-program.js";

export const REQUESTS_AT_ONCE_MAX = 10;

type Options = Parameters<MiniProgramApi["request"]>[0];

export class FakeWx implements MiniProgramApi {
  /** Bodies, in the order in which they were sent. */
  readonly sent: string[] = [];
  /** What the server made of them, whether or not the phone still wanted to know. */
  readonly done: Promise<void>[] = [];
  /** The most that were under way at once. */
  atOnce = 0;
  private readonly shows: (() => void)[] = [];
  private readonly hides: (() => void)[] = [];
  private readonly underWay = new Set<Options>();
  private asleep = false;

  /** `storage` outlives the app: hand it to the next one. */
  constructor(readonly storage: Record<string, string> = {}) {}

  request(options: Options): void {
    if (this.asleep) return options.fail({ errMsg: "request:fail interrupted" });
    if (this.underWay.size === REQUESTS_AT_ONCE_MAX) return options.fail({ errMsg: "request:fail exceed max task count" });
    this.sent.push(options.data);
    this.underWay.add(options);
    this.atOnce = Math.max(this.atOnce, this.underWay.size);
    this.done.push(this.carry(options));
  }

  private async carry(options: Options): Promise<void> {
    const { url, method, data: body, header: headers } = options;
    try {
      const reply = await fetch(url, { method, body, headers });
      const text = await reply.text();
      if (!this.underWay.delete(options)) return;
      // A phone writes the names of headers as the server did.
      const header = { "Retry-After": reply.headers.get("Retry-After") ?? undefined };
      options.success({ statusCode: reply.status, data: text, header: reply.headers.has("Retry-After") ? header : {} });
    } catch (error) {
      if (this.underWay.delete(options)) options.fail({ errMsg: `request:fail ${String(error)}` });
    }
  }

  getStorageSync(key: string): string {
    return this.storage[key] ?? "";
  }

  setStorageSync(key: string, value: string): void {
    this.storage[key] = value;
  }

  onAppShow(listener: () => void): void {
    this.shows.push(listener);
  }

  onAppHide(listener: () => void): void {
    this.hides.push(listener);
  }

  /** The member looks at something else, for longer than five seconds. */
  hide(): void {
    this.hides.forEach((listener) => listener());
    this.asleep = true;
    const interrupted = [...this.underWay];
    this.underWay.clear();
    interrupted.forEach((each) => each.fail({ errMsg: "request:fail interrupted" }));
  }

  /** The member comes back. */
  show(): void {
    this.asleep = false;
    this.shows.forEach((listener) => listener());
  }
}
