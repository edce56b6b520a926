/** Every status of a server is an answer on every platform of mini programs, and no answer is a rejection. */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { taroPlatform } from "@siyu/client/taro";
import { uniPlatform } from "@siyu/client/uni";
import { wxPlatform } from "@siyu/client/wx";
import { FakeWx } from "./fake-wx.js";

const phone = new FakeWx();
Object.assign(globalThis, { wx: phone, uni: phone });
const server = createServer((request, reply) => {
  reply.writeHead(request.url === "/busy" ? 429 : 200, request.url === "/busy" ? { "Retry-After": "7" } : {});
  request.pipe(reply);
});

before(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
after(() => server.close());

function request(path: string) {
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}${path}`, headers: {}, body: '{"a":1}', timeoutMs: 1_000 };
}

for (const [name, platform] of Object.entries({ wx: wxPlatform(), uni: uniPlatform(), taro: taroPlatform(phone) })) {
  test(`${name} tells status, body and when to come back`, async () => {
    assert.deepEqual(await platform.post(request("/busy")), { status: 429, retryAfter: "7", body: '{"a":1}' });
    assert.deepEqual(await platform.post(request("/")), { status: 200, retryAfter: undefined, body: '{"a":1}' });
  });

  test(`${name} rejects what was interrupted in the background, and tells when the app is back`, async () => {
    const shown: string[] = [];
    platform.onShow(() => shown.push(name));
    const answer = platform.post(request("/"));
    phone.hide();

    await assert.rejects(answer, (reason) => reason === "request:fail interrupted");
    assert.equal(platform.isHidden(), true);
    phone.show();
    assert.deepEqual([platform.isHidden(), shown], [false, [name]]);
  });

  test(`${name} keeps what is written`, () => {
    platform.write(name, "kept");

    assert.deepEqual([platform.read(name), platform.read("nothing")], ["kept", ""]);
  });
}
