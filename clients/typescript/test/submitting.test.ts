/** What members asked for is done once: keys, storage, and coming back, against replies that are written down. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { createClient, type Answer, type HttpRequest, type Session } from "@siyu/client";
import { CheckInDocument } from "./gql/graphql.js";
import { data, error, script, type Script } from "./script.js";
import { elapse, settled } from "./time.js";

const SIGNED_IN = { checkInSign: { effects: [], decision: null, userErrors: [] } };
const CHECK_IN = { input: { campaign: "c1" } };
const DAY_MS = 86_400_000;
const OFFLINE = new Error("offline");

beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "Date"] }));
afterEach(() => mock.timers.reset());

function session(member: string): Session {
  return { member, accessToken: `access-${member}`, refreshToken: `refresh-${member}` };
}

function signedIn(member = "lin"): Record<string, string> {
  return { "siyu.session": JSON.stringify(session(member)) };
}

function open(phone: Script, told: [Answer<unknown>, unknown][] = [], member = "lin") {
  return createClient({
    url: "https://shop.example/graphql",
    platform: phone.platform,
    signIn: async () => session(member),
    onAnswer: (answer, variables) => told.push([answer, variables]),
  });
}

function keyOf(request: HttpRequest | undefined): string {
  return JSON.parse(request!.body).variables.input.idempotencyKey;
}

function kept(phone: Script): number {
  return JSON.parse(phone.storage["siyu.intents"] ?? "[]").length;
}

test("a key is kept for all attempts, and forgotten with the answer", async () => {
  const phone = script([OFFLINE, error("BUSY", 200, { retryAfterMs: 50 }), data(SIGNED_IN), data(SIGNED_IN)], signedIn());
  const client = open(phone);

  assert.equal((await settled(client.submit(CheckInDocument, CHECK_IN))).ok, true);
  assert.equal((await settled(client.submit(CheckInDocument, CHECK_IN))).ok, true);

  const keys = phone.requests.map(keyOf);
  assert.equal(new Set(keys.slice(0, 3)).size, 1);
  assert.notEqual(keys[3], keys[0]);
  assert.match(keys[0]!, /^[!-~]{8,128}$/);
  assert.equal(kept(phone), 0);
});

test("two taps are one", async () => {
  const phone = script([data(SIGNED_IN)], signedIn());
  const client = open(phone);

  const answers = await Promise.all([1, 2].map(() => client.submit(CheckInDocument, CHECK_IN)));

  assert.equal(phone.requests.length, 1);
  assert.equal(answers[0], answers[1]);
});

test("two wishes are two", async () => {
  const phone = script([data(SIGNED_IN)], signedIn());
  const client = open(phone);

  await Promise.all(["c1", "c2"].map((campaign) => client.submit(CheckInDocument, { input: { campaign } })));

  assert.equal(new Set(phone.requests.map(keyOf)).size, 2);
});

test("what was given up is sent again when the app returns, and told", async () => {
  const phone = script([OFFLINE, OFFLINE, OFFLINE, data(SIGNED_IN)], signedIn());
  const told: [Answer<unknown>, unknown][] = [];
  assert.equal((await settled(open(phone, told).submit(CheckInDocument, CHECK_IN))).ok, false);
  assert.equal(kept(phone), 1);

  phone.show();
  await elapse(100);

  assert.deepEqual(told, [[{ ok: true, data: SIGNED_IN }, CHECK_IN]]);
  assert.equal(new Set(phone.requests.map(keyOf)).size, 1);
  assert.equal(kept(phone), 0);
});

test("what is under way is not told twice", async () => {
  const phone = script([data(SIGNED_IN)], signedIn());
  const told: [Answer<unknown>, unknown][] = [];
  const answer = open(phone, told).submit(CheckInDocument, CHECK_IN);
  await Promise.resolve();

  phone.show();

  assert.equal((await answer).ok, true);
  await elapse(0);
  assert.deepEqual([told, phone.requests.length], [[], 1]);
});

test("the next run of the app sends what the last one left, after a sign-in where that is needed", async () => {
  const before = script([OFFLINE], signedIn());
  await settled(open(before).submit(CheckInDocument, CHECK_IN));
  delete before.storage["siyu.session"];
  const after = script([data(SIGNED_IN)], before.storage);
  const told: [Answer<unknown>, unknown][] = [];

  const client = open(after, told);
  await elapse(100);

  assert.equal(told.length, 1);
  assert.equal(keyOf(after.requests[0]), keyOf(before.requests[0]));
  assert.equal(after.requests[0]!.headers.Authorization, "Bearer access-lin");
  assert.equal((await client.shown()), undefined);
});

test("what one member left is never sent for another", async () => {
  const before = script([OFFLINE], signedIn("lin"));
  await settled(open(before).submit(CheckInDocument, CHECK_IN));
  const after = script([data(SIGNED_IN)], { ...before.storage, ...signedIn("wang") });

  open(after, [], "wang");
  await elapse(100);

  assert.equal(after.requests.length, 0);
  assert.equal(kept(after), 1);
});

test("another member who signs in meanwhile gets none of it", async () => {
  const phone = script([OFFLINE, data(SIGNED_IN)], signedIn("lin"));
  const answer = open(phone).submit(CheckInDocument, CHECK_IN);
  await elapse(0);
  Object.assign(phone.storage, signedIn("wang"));

  const failed = await settled(answer);

  assert.equal(!failed.ok && failed.failures[0].code, "UNAUTHENTICATED");
  assert.equal(phone.requests.length, 1);
});

test("what was asked for yesterday is not done today", async () => {
  const before = script([OFFLINE], signedIn());
  await settled(open(before).submit(CheckInDocument, CHECK_IN));
  mock.timers.tick(DAY_MS);
  const after = script([data(SIGNED_IN)], before.storage);

  open(after);
  await elapse(100);

  assert.equal(after.requests.length, 0);
});

test("a refusal is an answer", async () => {
  const phone = script([error("FORBIDDEN")], signedIn());

  await open(phone).submit(CheckInDocument, CHECK_IN);

  assert.equal(kept(phone), 0);
});

test("a proxy's page is none", async () => {
  const phone = script([{ status: 200, body: "<p>welcome</p>" }], signedIn());

  await open(phone).submit(CheckInDocument, CHECK_IN);

  assert.equal(kept(phone), 1);
});

test("fifty are kept, and one more is refused", async () => {
  const phone = script([{ status: 200, body: "" }], signedIn());
  const client = open(phone);
  for (let each = 0; each < 50; each++) await client.submit(CheckInDocument, { input: { campaign: String(each) } });

  const answer = await client.submit(CheckInDocument, CHECK_IN);

  assert.equal(!answer.ok && answer.failures[0].code, "RATE_LIMITED");
  assert.equal(phone.requests.length, 50);
});
