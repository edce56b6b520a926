/** The client on a phone with WeChat, against a server that runs trusted documents alone. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, poll, type Session } from "@siyu/client";
import { wxPlatform } from "@siyu/client/wx";
import { FakeWx } from "../fake-wx.js";
import { BoardDocument, CheckInDocument, MeDocument, OpenCampaignsDocument } from "../gql/graphql.js";
import { given, signedIn } from "./given.js";

// The tests go on with each other's session: a refresh token is good once.
const phone = new FakeWx(signedIn());
Object.assign(globalThis, { wx: phone });
let signIns = 0;
const client = createClient({
  url: given.url,
  platform: wxPlatform(),
  signIn: async (): Promise<Session | null> => (signIns++, null),
});

test("twenty queries with an expired token need one refresh, and eight go at once", async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => client.execute(MeDocument)));

  for (const answer of answers) {
    assert.ok(answer.ok);
    assert.ok("member" in answer.data.viewer);
    assert.equal(answer.data.viewer.member.id, given.session.member);
  }
  assert.equal(phone.sent.filter((body) => body.includes("SiyuRefresh")).length, 1);
  assert.equal(phone.atOnce, 8);
});

test("a check-in whose reply was lost in the background is answered when the app returns", async () => {
  const answer = client.submit(CheckInDocument, { input: { campaign: given.campaign } });
  while (!phone.sent.at(-1)!.includes(given.campaign)) await new Promise((resolve) => setImmediate(resolve));
  phone.hide();
  await Promise.all(phone.done);

  phone.show();

  const first = await answer;
  assert.ok(first.ok);
  assert.deepEqual(first.data.checkInSign.userErrors, []);
  assert.ok(first.data.checkInSign.decision);
  assert.deepEqual(JSON.parse(phone.storage["siyu.intents"]!), []);

  const next = await client.submit(CheckInDocument, { input: { campaign: given.campaign } });
  assert.deepEqual(next.ok && next.data.checkInSign.userErrors.map(({ code }) => code), ["ALREADY_SIGNED"]);
});

test("a board is polled by what it tells of itself", async () => {
  const told = await new Promise<string>((resolve, reject) => {
    const stop = poll(client, {
      document: BoardDocument,
      variables: { board: "points" },
      live: ({ leaderboard }) => leaderboard,
      onChange: ({ leaderboard }) => (stop(), resolve(leaderboard.revision)),
      onFailure: ([failure]) => (stop(), reject(new Error(failure!.message))),
    });
  });

  assert.notEqual(told, "");
});

test("what is in no manifest is not run", async () => {
  const unknown = { __meta__: { hash: `sha256:${"0".repeat(64)}`, kind: "query" } };
  const text = Object("query Mine { __typename }") as object;

  for (const [document, code] of [
    [unknown, "DOCUMENT_UNKNOWN"],
    [text, "DOCUMENT_NOT_TRUSTED"],
  ] as const) {
    const answer = await client.execute(document);
    assert.equal(!answer.ok && answer.failures[0].code, code);
  }
});

test("who has signed out is a stranger", async () => {
  assert.ok((await client.signOut()).ok);

  const answer = await client.execute(OpenCampaignsDocument);

  assert.equal(!answer.ok && answer.failures[0].code, "UNAUTHENTICATED");
  assert.equal(signIns, 1);
});
