/** What the client needs of the place where it runs: a mini program, a web page, or a test. */

export interface HttpRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
}

export interface HttpReply {
  readonly status: number;
  /** The header `Retry-After`, if there was one. */
  readonly retryAfter?: string | null | undefined;
  readonly body: string;
}

export interface Platform {
  /** Posts and resolves with any status; rejects where no answer came. */
  post(request: HttpRequest): Promise<HttpReply>;
  /** What is kept under a key, or nothing. */
  read(key: string): string | null | undefined;
  /** Keeps a text under a key; it outlives the app. */
  write(key: string, text: string): void;
  /** Whether the app is in the background. */
  isHidden(): boolean;
  /** Calls the listener whenever the app comes to the foreground. */
  onShow(listener: () => void): void;
  /** Runs a task that no other page of this app may run at the same time. */
  alone<T>(task: () => Promise<T>): Promise<T>;
}
