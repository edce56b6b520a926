/** What WeChat's `wx`, uni-app's `uni` and Taro have in common: requests with callbacks, storage, and going to the background. */

import type { HttpReply, Platform } from "./platform.js";

export interface MiniProgramApi {
  request(options: {
    url: string;
    method: "POST";
    data: string;
    header: Record<string, string>;
    timeout: number;
    dataType: string;
    success(reply: { statusCode: number; data: unknown; header?: Record<string, unknown> }): void;
    fail(error: { errMsg: string }): void;
  }): unknown;
  getStorageSync(key: string): unknown;
  setStorageSync(key: string, value: string): void;
  onAppShow(listener: () => void): void;
  onAppHide(listener: () => void): void;
}

export function miniProgram(api: MiniProgramApi): Platform {
  let hidden = false;
  api.onAppHide(() => (hidden = true));
  api.onAppShow(() => (hidden = false));
  return {
    post: ({ url, headers, body, timeoutMs }) =>
      new Promise<HttpReply>((resolve, reject) => {
        api.request({
          url,
          method: "POST",
          data: body,
          header: { ...headers },
          timeout: timeoutMs,
          // Anything but "json" leaves the body as it came.
          dataType: "text",
          success: ({ statusCode, data, header }) =>
            resolve({ status: statusCode, retryAfter: retryAfter(header), body: data as string }),
          fail: ({ errMsg }) => reject(errMsg),
        });
      }),
    read: (key) => api.getStorageSync(key) as string,
    write: (key, text) => api.setStorageSync(key, text),
    isHidden: () => hidden,
    onShow: (listener) => api.onAppShow(listener),
    // A mini program runs once.
    alone: (task) => task(),
  };
}

/** Phones differ in how they write the names of headers. */
function retryAfter(header: Record<string, unknown> = {}): string | undefined {
  const name = Object.keys(header).find((each) => each.toLowerCase() === "retry-after");
  return name && String(header[name]);
}
