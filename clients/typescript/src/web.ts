/** The platform of a web page: fetch, localStorage, and tabs that go to the background. */

import type { Platform } from "./platform.js";

export function webPlatform(): Platform {
  return {
    post: async ({ url, headers, body, timeoutMs }) => {
      const aborter = new AbortController();
      const timer = setTimeout(() => aborter.abort(), timeoutMs);
      try {
        const reply = await fetch(url, { method: "POST", headers, body, signal: aborter.signal });
        return { status: reply.status, retryAfter: reply.headers.get("Retry-After"), body: await reply.text() };
      } finally {
        clearTimeout(timer);
      }
    },
    read: (key) => localStorage.getItem(key),
    write: (key, text) => localStorage.setItem(key, text),
    isHidden: () => document.hidden,
    onShow: (listener) => document.addEventListener("visibilitychange", () => document.hidden || listener()),
    // Tabs share one session. Without a lock, as on pages without HTTPS, two that refresh at once sign out.
    alone: (task) => (navigator.locks ? navigator.locks.request("siyu", task) : task()),
  };
}
