/** Polling: as often as the object says, not in the background, rarer while it fails. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { createClient, poll, type ErrorCode } from "@siyu/client";
import { BoardDocument, type BoardQuery } from "./gql/graphql.js";
import { data, error, script, type Script } from "./script.js";
import { elapse } from "./time.js";

beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "Date"] }));
afterEach(() => mock.timers.reset());

function board(revision: string, pollAfterMs = 2_000) {
  return data({ leaderboard: { revision, pollAfterMs } });
}

function watch(phone: Script) {
  const client = createClient({ url: "https://shop.example/graphql", platform: phone.platform });
  const seen: string[] = [];
  const failures: ErrorCode[] = [];
  const stop = poll(client, {
    document: BoardDocument,
    variables: { board: "points" },
    live: (found: BoardQuery) => found.leaderboard,
    onChange: (found) => seen.push(found.leaderboard?.revision ?? "gone"),
    onFailure: ([failure]) => failures.push(failure!.code),
  });
  return { seen, failures, stop };
}

test("what changed is told, as often as the object says", async () => {
  const phone = script([board("1"), board("1"), board("2")]);
  const { seen, stop } = watch(phone);
  await elapse(0);
  assert.deepEqual(seen, ["1"]);

  await elapse(1_900);
  assert.equal(phone.requests.length, 1);
  await elapse(400);
  assert.equal(phone.requests.length, 2);
  await elapse(2_300);

  assert.deepEqual(seen, ["1", "2"]);
  stop();
});

test("nothing is asked in the background, and at once after it", async () => {
  const phone = script([board("1"), board("2")]);
  const { seen, stop } = watch(phone);
  await elapse(0);
  phone.hide();
  await elapse(60_000);
  assert.equal(phone.requests.length, 1);

  phone.show();
  await elapse(0);

  assert.deepEqual(seen, ["1", "2"]);
  stop();
});

test("failures are told, and make it rarer", async () => {
  const phone = script([error("FORBIDDEN")]);
  const { failures, stop } = watch(phone);

  await elapse(120_000);

  // 1, 2, 4, 8, 16, 32 and then every 60 seconds, all a little later.
  assert.equal(phone.requests.length, 7);
  assert.deepEqual(new Set(failures), new Set(["FORBIDDEN"]));
  stop();
});

test("an object that is gone is told, and looked for once a minute", async () => {
  const phone = script([board("1"), data({ leaderboard: null })]);
  const { seen, stop } = watch(phone);

  await elapse(4_400);
  assert.deepEqual(seen, ["1", "gone"]);
  await elapse(50_000);

  assert.equal(phone.requests.length, 2);
  stop();
});

test("nobody polls more often than twice a second, whatever the server says", async () => {
  const phone = script([board("1", 0)]);
  const { stop } = watch(phone);

  await elapse(5_000);

  assert.ok(phone.requests.length <= 11, String(phone.requests.length));
  stop();
});

test("who stops hears nothing more", async () => {
  const phone = script([board("1"), board("2")]);
  const { seen, stop } = watch(phone);
  await elapse(0);
  stop();

  await elapse(60_000);

  assert.deepEqual(seen, ["1"]);
  assert.equal(phone.requests.length, 1);
});
