// Sends documents to POST /graphql with the bearer token that this browser tab keeps.

const TOKEN_KEY = "siyu.token";
const REQUEST_TIMEOUT_MS = 60_000;
const SHOWN_TEXT_LENGTH_MAX = 300;

export function readToken() {
  return sessionStorage.getItem(TOKEN_KEY) ?? "";
}

export function writeToken(token) {
  sessionStorage.setItem(TOKEN_KEY, token);
}

/**
 * Send one GraphQL request ({query, variables, operationName}); `headers` win over ours.
 * Answers {status, elapsedMs, answer}; throws an Error with a sentence when the reply is not JSON.
 */
export async function post(request, headers = {}) {
  const startedMs = performance.now();
  const response = await fetch(location.pathname, {
    method: "POST",
    headers: { Accept: "application/json", "Content-Type": "application/json", ...authorization(), ...headers },
    body: JSON.stringify(request),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  const text = await response.text();
  return { status: response.status, elapsedMs: performance.now() - startedMs, answer: parse(text, response.status) };
}

function authorization() {
  const token = readToken();
  return token ? { Authorization: `Bearer ${token}` } : {};
}

function parse(text, status) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${status}: ${text.slice(0, SHOWN_TEXT_LENGTH_MAX)}`);
  }
}
