// The service: one function for requests, and one that drops answers which nobody waits for any more.

const KEY = "kgrec.key";
let askForKey = async () => null;

/** What went wrong, in a sentence; `near` holds what may have been meant. */
export class ServiceError extends Error {
  constructor(message, status, near = []) {
    super(message);
    this.status = status;
    this.near = near;
  }
}

/** @param {(refused: boolean) => Promise<string|null>} ask gives the key that somebody types */
export function whenKeyIsNeeded(ask) {
  askForKey = ask;
}

export const get = (path, query = {}, signal = undefined) => {
  const wanted = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  const text = new URLSearchParams(wanted).toString();
  return request(text ? `${path}?${text}` : path, { signal });
};

export const post = (path, body, signal = undefined) =>
  request(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });

async function request(path, options) {
  let sent = sessionStorage.getItem(KEY);
  for (;;) {
    const answer = await send(path, options, sent);
    if (answer.status !== 401) return read(answer);
    const newer = sessionStorage.getItem(KEY);
    // Several requests may be refused at once: only the first asks.
    sent = newer !== sent ? newer : await askForKey(sent !== null);
    if (sent === null) throw new ServiceError("The service needs a key before it answers.", 401);
    sessionStorage.setItem(KEY, sent);
    if (options.signal?.aborted) throw new DOMException("", "AbortError");
  }
}

async function send(path, options, key) {
  const headers = { ...options.headers, Accept: "application/json" };
  if (key !== null) headers["X-API-Key"] = key;
  try {
    return await fetch(path, { ...options, headers });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServiceError("The service does not answer; see whether it is running, then try again.", 0);
  }
}

async function read(answer) {
  let body = null;
  try {
    body = await answer.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
  }
  if (answer.ok && body !== null) return body;
  const near = Array.isArray(body?.near) ? body.near : [];
  const said = typeof body?.error === "string" ? body.error : `The service answered with status ${answer.status}.`;
  throw new ServiceError(said, answer.status, near);
}

/**
 * Of several calls only the last counts: earlier ones are aborted, and their answers dropped.
 * @returns {(work: (signal: AbortSignal) => Promise<any>) => Promise<any>} resolves to `undefined`
 *   where a later call came
 */
export function latest() {
  let running = null;
  return async (work) => {
    running?.abort();
    const mine = (running = new AbortController());
    try {
      const answer = await work(mine.signal);
      return running === mine ? answer : undefined;
    } catch (error) {
      if (running !== mine || error.name === "AbortError") return undefined;
      throw error;
    }
  };
}
