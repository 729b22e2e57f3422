// The calls to the server. Every refusal becomes a Problem that says what the server said.

/** Why a call failed: the server's problem+json, or the lack of an answer. */
export class Problem extends Error {
  constructor({ status = 0, code = "", title, detail = "", requestID = "", data }) {
    super(title);
    Object.assign(this, { status, code, title, detail, requestID, data });
  }

  /** The one line under the title. */
  get note() {
    const parts = [this.status || "", this.code, this.requestID && `request ${this.requestID}`];
    return parts.filter(Boolean).join(" · ");
  }
}

/** Who asks: the token of a user, how to get a new one, and the key for live figures. */
export const identity = { token: "", renew: null, metricsKey: "" };

/**
 * Calls the server.
 *
 * `as` is "user" (the user's token), "metrics" (the metrics key) or "nobody".
 * The answer is `{ data, headers, status, ms }`, where `ms` lasts until the body was read.
 */
export async function call(method, path, { body, as = "user", signal } = {}) {
  const started = performance.now();
  let answer = await send(method, path, body, as, signal);
  if (answer.status === 401 && as === "user" && identity.renew) {
    identity.token = await identity.renew();
    answer = await send(method, path, body, as, signal);
  }
  const { response, text } = answer;
  const data = parse(text);
  if (!response.ok) throw refusal(response, data, text);
  if (text && data === undefined) {
    throw new Problem({ status: response.status, title: "The answer is not JSON", detail: path });
  }
  return {
    data, headers: response.headers, status: response.status, ms: performance.now() - started,
  };
}

async function send(method, path, body, as, signal) {
  const headers = { Accept: "application/json, application/problem+json" };
  const secret = as === "user" ? identity.token : as === "metrics" ? identity.metricsKey : "";
  if (secret) headers.Authorization = `Bearer ${secret}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, {
      method, headers, signal, cache: "no-store", credentials: "omit",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return { response, status: response.status, text: await response.text() };
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({
      code: "unreachable", title: "The server does not answer",
      detail: `${method} ${path.split("?")[0]} got no answer. Is updraft still running?`,
    });
  }
}

function parse(text) {
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

function refusal(response, data, text) {
  return new Problem({
    status: response.status,
    code: data?.code ?? "",
    title: data?.title ?? `The server answered ${response.status}`,
    detail: data?.detail ?? text.slice(0, 300),
    data,
    requestID: response.headers.get("X-Request-ID") ?? "",
  });
}

/** An identifier that nobody else draws; makes a retried event count once. */
export function eventID() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `web-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** A Server-Timing header as `[{ name, ms, note }]`. */
export function serverTiming(headers) {
  const header = headers.get("Server-Timing") ?? "";
  return header.split(",").map((part) => {
    const [name, ...fields] = part.split(";").map((field) => field.trim());
    const stage = { name, ms: NaN, note: "" };
    for (const field of fields) {
      const [key, value = ""] = field.split("=");
      if (key === "dur") stage.ms = Number(value);
      if (key === "desc") stage.note = value.replace(/^"|"$/g, "");
    }
    return stage;
  }).filter((stage) => stage.name && Number.isFinite(stage.ms));
}

/** Keeps a text in this tab; storage that is switched off is no obstacle. */
export const memory = {
  get(key) {
    try {
      return sessionStorage.getItem(`updraft.${key}`) ?? "";
    } catch {
      return "";
    }
  },
  set(key, value) {
    try {
      if (value) sessionStorage.setItem(`updraft.${key}`, value);
      else sessionStorage.removeItem(`updraft.${key}`);
    } catch {
      // Without storage the page asks again after a reload.
    }
  },
};
