/** Staying signed in: one refresh at a time, and a sign-in where there is no other way. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, type Session } from "@siyu/client";
import { MeDocument, RenameDocument } from "./gql/graphql.js";
import { data, error, script, type Script } from "./script.js";

const OLD: Session = { member: "lin", accessToken: "old", refreshToken: "r1" };
const NEW = { accessToken: "new", refreshToken: "r2" };
const EXPIRED = error("UNAUTHENTICATED", 401);
const NICKNAME = { nickname: "Lin" };

function signedIn(session: Session = OLD): Record<string, string> {
  return { "siyu.session": JSON.stringify(session) };
}

function refreshed(session: object | null) {
  return data({ sessionRefresh: { session } });
}

/** Answers by what was asked, as a server does that knows one token alone. */
function server(token: string, renewal: object | null, storage: Record<string, string>): Script {
  return script(
    [
      async ({ body, headers }) => {
        if (body.includes("SiyuRefresh")) return refreshed(renewal);
        return headers.Authorization === `Bearer ${token}` ? data({}) : EXPIRED;
      },
    ],
    storage,
  );
}

function refreshes({ requests }: Script): number {
  return requests.filter(({ body }) => body.includes("SiyuRefresh")).length;
}

function open({ platform }: Script, signIn: () => Promise<Session | null> = async () => null) {
  return createClient({ url: "https://shop.example/graphql", platform, signIn });
}

test("an expired token is renewed once for all who need it", async () => {
  const phone = server("new", NEW, signedIn());
  const client = open(phone);

  const answers = await Promise.all(Array.from({ length: 8 }, () => client.execute(RenameDocument, NICKNAME)));

  assert.ok(answers.every((answer) => answer.ok));
  assert.equal(refreshes(phone), 1);
  assert.deepEqual(JSON.parse(phone.storage["siyu.session"]!), { ...OLD, ...NEW });
});

test("another page of the app may have been faster", async () => {
  const phone = script([EXPIRED, data({})], signedIn());
  const lock = phone.platform.alone;
  phone.platform.alone = (task) => {
    Object.assign(phone.storage, signedIn({ ...OLD, ...NEW }));
    return lock(task);
  };

  assert.ok((await open(phone).execute(RenameDocument, NICKNAME)).ok);

  assert.equal(refreshes(phone), 0);
});

test("an ended session is followed by a sign-in", async () => {
  const phone = server("again", null, signedIn());

  const answer = await open(phone, async () => ({ ...OLD, accessToken: "again" })).execute(MeDocument);

  assert.ok(answer.ok);
  assert.equal(JSON.parse(phone.storage["siyu.session"]!).accessToken, "again");
});

test("without an answer to the refresh, the session is kept", async () => {
  const phone = script([EXPIRED, new Error("offline")], signedIn());

  const answer = await open(phone).execute(RenameDocument, NICKNAME);

  assert.equal(!answer.ok && answer.failures[0].code, "NETWORK");
  assert.deepEqual(JSON.parse(phone.storage["siyu.session"]!), OLD);
});

test("a token that is refused at once is not renewed for ever", async () => {
  const phone = server("none", NEW, signedIn());

  const answer = await open(phone).execute(RenameDocument, NICKNAME);

  assert.equal(!answer.ok && answer.failures[0].code, "UNAUTHENTICATED");
  assert.equal(phone.requests.length, 3);
});

test("a sign-in that fails is no answer", async () => {
  const answer = await open(script([data({})]), () => Promise.reject(new Error("wx.login"))).execute(RenameDocument, NICKNAME);

  assert.equal(!answer.ok && answer.failures[0].code, "NETWORK");
});

test("a stranger asks without a token", async () => {
  const phone = script([data({})]);

  assert.ok((await open(phone).execute(MeDocument)).ok);

  assert.equal(phone.requests[0]!.headers.Authorization, undefined);
});

test("signing out forgets the tokens and tells the server", async () => {
  const phone = script([data({})], signedIn());

  await open(phone).signOut();

  assert.equal(phone.storage["siyu.session"], "null");
  assert.deepEqual(JSON.parse(phone.requests[0]!.body).variables, { token: "r1" });
});
