/** Lets a few requests out at once: a mini program may have ten, and the app has its own. */

export const REQUESTS_AT_ONCE_MAX = 8;
export const REQUESTS_WAITING_MAX = 100;

/** A gate that starts tasks in their order; `null` where too many wait already. */
export function lanes(): <T>(task: () => Promise<T>) => Promise<T> | null {
  const waiting: (() => void)[] = [];
  let free = REQUESTS_AT_ONCE_MAX;
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };
  return (task) => {
    if (free) return free--, task().finally(leave);
    if (waiting.length === REQUESTS_WAITING_MAX) return null;
    return new Promise<void>((resolve) => waiting.push(resolve)).then(() => task().finally(leave));
  };
}
