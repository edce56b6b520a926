/** Queries, failures and retries, against replies that are written down. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { createClient, type Answer, type ErrorCode, type HttpReply } from "@siyu/client";
import { MeDocument, OpenCampaignsDocument, RenameDocument } from "./gql/graphql.js";
import { data, error, script, type Script } from "./script.js";
import { elapse, settled } from "./time.js";

const URL = "https://shop.example/graphql";
const NICKNAME = { nickname: "Lin" };
const VIEWER = { viewer: {} };

beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "Date"] }));
afterEach(() => mock.timers.reset());

function clientOf({ platform }: Script) {
  return createClient({ url: URL, platform, headers: { "X-Client": "shop/1" } });
}

function codeOf(answer: Answer<unknown>): ErrorCode | null {
  return answer.ok ? null : answer.failures[0].code;
}

test("a trusted document goes as its hash", async () => {
  const phone = script([data(VIEWER)]);

  assert.deepEqual(await clientOf(phone).execute(MeDocument), { ok: true, data: VIEWER });

  const [request] = phone.requests;
  assert.deepEqual(JSON.parse(request!.body), { documentId: MeDocument.__meta__!.hash });
  assert.equal(request!.headers["X-Client"], "shop/1");
  assert.equal(request!.headers.Authorization, undefined);
});

test("another document goes as its text", async () => {
  const phone = script([data({ __typename: "Query" })]);
  const typename = Object("{ __typename }") as { __apiType?: (variables: Record<string, never>) => unknown };

  await clientOf(phone).execute(typename);

  assert.deepEqual(JSON.parse(phone.requests[0]!.body), { query: "{ __typename }" });
});

for (const [name, reply] of Object.entries({
  "a network that is away": new Error("offline"),
  "a server that is busy": error("BUSY", 200, { retryAfterMs: 100 }),
  "a server without its database": error("UNAVAILABLE", 503, { retryAfterMs: 1000 }),
  "a bucket that is empty": error("RATE_LIMITED", 429, { retryAfterMs: 500 }),
  "a proxy's page": { status: 503, retryAfter: "1", body: "<h1>503</h1>" },
})) {
  test(`a query is sent again after ${name}`, async () => {
    const phone = script([reply, reply, data(VIEWER)]);

    assert.equal((await settled(clientOf(phone).execute(MeDocument))).ok, true);

    assert.equal(phone.requests.length, 3);
  });

  test(`a mutation is not sent again after ${name}`, async () => {
    const phone = script([reply, data({})]);

    assert.equal((await settled(clientOf(phone).execute(RenameDocument, NICKNAME))).ok, false);

    assert.equal(phone.requests.length, 1);
  });
}

test("a query is given up after two retries", async () => {
  const phone = script([new Error("offline")]);

  assert.equal(codeOf(await settled(clientOf(phone).execute(MeDocument))), "NETWORK");

  assert.equal(phone.requests.length, 3);
});

test("a retry waits as long as the server asks, and at most half as long again", async () => {
  const phone = script([{ status: 429, retryAfter: "2", body: "" }, data(VIEWER)]);
  const answer = clientOf(phone).execute(MeDocument);
  await elapse(1_999);
  assert.equal(phone.requests.length, 1);

  await elapse(1_001);
  await answer;

  assert.equal(phone.requests.length, 2);
});

test("a wait that is too long is told instead", async () => {
  const phone = script([error("RATE_LIMITED", 429, { retryAfterMs: 10_001 })]);

  const answer = await settled(clientOf(phone).execute(MeDocument));

  assert.equal(!answer.ok && answer.failures[0].retryAfterMs, 10_001);
  assert.equal(phone.requests.length, 1);
});

test("a retry waits until the app is shown", async () => {
  const phone = script([new Error("interrupted"), data(VIEWER)]);
  const answer = clientOf(phone).execute(MeDocument);
  phone.hide();
  await elapse(60_000);
  assert.equal(phone.requests.length, 1);

  phone.show();

  assert.equal((await answer).ok, true);
});

test("what cannot be mended is not sent again", async () => {
  const phone = script([error("FORBIDDEN")]);

  assert.equal(codeOf(await clientOf(phone).execute(MeDocument)), "FORBIDDEN");

  assert.equal(phone.requests.length, 1);
});

for (const [name, reply, code] of [
  ["a code of a later server", error("TEA_TIME"), "UNKNOWN"],
  ["a page of a hotel's network", { status: 200, body: "<p>welcome</p>" }, "UNKNOWN"],
  ["JSON of somebody else", { status: 200, body: "[1]" }, "UNKNOWN"],
  ["an empty answer", { status: 204, body: "" }, "UNKNOWN"],
  ["a failure of a proxy", { status: 500, body: "" }, "UNKNOWN"],
] satisfies [string, HttpReply, ErrorCode][]) {
  test(`${name} is ${code}`, async () => {
    assert.equal(codeOf(await clientOf(script([reply])).execute(RenameDocument, NICKNAME)), code);
  });
}

test("a failed field leaves the others", async () => {
  const errors = [{ message: "m", path: ["viewer"], extensions: { code: "TIMED_OUT", retryable: false } }];
  const phone = script([{ status: 200, body: JSON.stringify({ data: { campaigns: null }, errors }) }]);

  const answer = await clientOf(phone).execute(OpenCampaignsDocument);

  assert.deepEqual(answer.data, { campaigns: null });
  assert.deepEqual(!answer.ok && answer.failures[0].path, ["viewer"]);
});

test("eight go at once", async () => {
  const phone = script([() => new Promise(() => undefined)]);
  const client = clientOf(phone);

  for (let each = 0; each < 20; each++) void client.execute(RenameDocument, NICKNAME);
  await elapse(0);

  assert.equal(phone.requests.length, 8);
});

test("a hundred wait, and one more is refused", async () => {
  let free: (() => void) | undefined;
  const gate = new Promise<void>((resolve) => (free = resolve));
  const phone = script([() => gate.then(() => data({}))]);
  const client = clientOf(phone);
  const answers = Array.from({ length: 109 }, () => client.execute(RenameDocument, NICKNAME));

  let last: ErrorCode | null = null;
  answers[108]!.then((answer) => (last = codeOf(answer)));
  await elapse(0);

  assert.equal(last, "RATE_LIMITED");
  assert.equal(phone.requests.length, 8);
  free!();

  assert.equal((await Promise.all(answers)).filter((each) => each.ok).length, 108);
});
