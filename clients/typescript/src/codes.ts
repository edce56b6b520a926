/** Every code of the server's errors; written by `python -m tests.clients.codes`. */

export const SERVER_CODES = [
  "UNAUTHENTICATED",
  "FORBIDDEN",
  "INVALID_REQUEST",
  "INVALID_ARGUMENT",
  "DOCUMENT_REFUSED",
  "DOCUMENT_UNKNOWN",
  "DOCUMENT_NOT_TRUSTED",
  "RATE_LIMITED",
  "BUSY",
  "TIMED_OUT",
  "UNAVAILABLE",
  "INTERNAL",
  "NOT_FOUND",
  "METHOD_NOT_ALLOWED",
  "NOT_ACCEPTABLE",
  "UNSUPPORTED_MEDIA_TYPE",
  "BODY_TOO_LARGE",
  "INCOMPLETE_BODY",
  "INVALID_JSON",
  "NO_BATCHING",
] as const;

export type ServerCode = (typeof SERVER_CODES)[number];
