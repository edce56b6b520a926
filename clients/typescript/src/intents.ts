/** What members asked for and have no answer to: kept in storage with its key until there is one. */

import type { Body } from "./documents.js";
import type { Platform } from "./platform.js";

export const INTENTS_MAX = 50;
/** What a member asked for yesterday is not done today behind their back. */
export const INTENT_AGE_MS_MAX = 24 * 3_600_000;

const KEY = "siyu.intents";

export interface Intent {
  /** The idempotency key of every attempt. */
  readonly key: string;
  readonly member: string;
  readonly body: Body;
  /** When it was first sent, in milliseconds since 1970 by this device. */
  readonly at: number;
}

export interface Intents {
  all(): Intent[];
  /** The one that is kept for this member and body, or a new one; `null` where too many are kept. */
  keep(member: string, body: Body): Intent | null;
  answered(intent: Intent): void;
}

export function intents(platform: Platform): Intents {
  // Read each time: other pages of the app keep theirs in the same list.
  const all = (): Intent[] => {
    const kept = JSON.parse(platform.read(KEY) || "[]") as Intent[];
    return kept.filter((each) => Date.now() - each.at < INTENT_AGE_MS_MAX);
  };
  const write = (list: Intent[]): void => platform.write(KEY, JSON.stringify(list));

  return {
    all,
    keep: (member, body) => {
      const list = all();
      const same = ({ member, body }: Pick<Intent, "member" | "body">): string => JSON.stringify([member, body]);
      const found = list.find((each) => same(each) === same({ member, body }));
      if (found || list.length === INTENTS_MAX) return found ?? null;
      const intent = { key: newKey(), member, body, at: Date.now() };
      write([...list, intent]);
      return intent;
    },
    answered: ({ key }) => write(all().filter((each) => each.key !== key)),
  };
}

/** Keys of different callers never meet, so this one need only be the member's first. */
function newKey(): string {
  return `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
}
