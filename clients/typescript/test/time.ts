/** Lets mocked time pass, a tenth of a second after the other. */

import { mock } from "node:test";

const STEP_MS = 100;
const LONGEST_MS = 60_000;

/** Lets so much time pass. */
export async function elapse(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += STEP_MS) {
    // Whoever waits for a promise goes on first.
    await new Promise((resolve) => setImmediate(resolve));
    mock.timers.tick(Math.min(STEP_MS, ms - passed));
  }
  await new Promise((resolve) => setImmediate(resolve));
}

/** The outcome of a promise, with as much time as it needs, a minute at most. */
export async function settled<T>(promise: Promise<T>): Promise<T> {
  let isOver = false;
  const over = (): void => void (isOver = true);
  promise.then(over, over);
  for (let passed = 0; passed < LONGEST_MS && !isOver; passed += STEP_MS) await elapse(STEP_MS);
  return promise;
}
