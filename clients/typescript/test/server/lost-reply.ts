/**
 * A run of an app whose storage is a file: with `submit` it checks in and prints the answer, without it prints what the
 * last run was not told.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { createClient } from "@siyu/client";
import { wxPlatform } from "@siyu/client/wx";
import { FakeWx } from "../fake-wx.js";
import { CheckInDocument } from "../gql/graphql.js";
import { given } from "./given.js";

const [file = "", submit] = process.argv.slice(2);
const phone = new FakeWx(JSON.parse(readFileSync(file, "utf8")));
Object.assign(globalThis, { wx: phone });
const print = (answer: unknown): void => console.log(JSON.stringify(answer));
const client = createClient({ url: given.url, platform: wxPlatform(), onAnswer: print });

if (submit) print(await client.submit(CheckInDocument, { input: { campaign: given.campaign } }));
process.on("exit", () => writeFileSync(file, JSON.stringify(phone.storage)));
