/** A client of siyu for mini programs and web pages. */

export type { Answer, ErrorCode, Failure } from "./answers.js";
export { createClient, type Client, type ClientConfig, type Options, type Unkeyed } from "./client.js";
export type { ServerCode } from "./codes.js";
export type { TypedDocument } from "./documents.js";
export type { HttpReply, HttpRequest, Platform } from "./platform.js";
export { poll, type Live, type Watcher } from "./polling.js";
export type { Session } from "./session.js";
