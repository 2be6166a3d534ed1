// Asking the window's server, with the token that the address has brought.

const STORED = "token";

/** Takes the token out of the address, for this tab alone; whether there was one. */
export function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    sessionStorage.setItem(STORED, given);
    history.replaceState(null, "", "#entries");
  }
  return given !== null;
}

/** The address that instances report to. */
export function reportingAddress() {
  return `${location.origin}/#token=${sessionStorage.getItem(STORED) ?? ""}`;
}

/**
 * @param {string} path
 * @param {Record<string, string | null | undefined>} [query]
 * @returns {Promise<any>}
 */
export function ask(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  return request(`/api/${path}?${new URLSearchParams(/** @type {[string, string][]} */ (given))}`, {});
}

/**
 * @param {string} path
 * @param {unknown} body
 * @returns {Promise<any>}
 */
export function tell(path, body) {
  return request(`/api/${path}`, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });
}

/**
 * @param {string} url
 * @param {RequestInit} init
 */
async function request(url, init) {
  const headers = { ...init.headers, authorization: `Bearer ${sessionStorage.getItem(STORED) ?? ""}` };
  const response = await fetch(url, { ...init, headers }).catch((error) => {
    throw new Error("the window's command has ended: start it again, and open the address that it prints", { cause: error });
  });
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(answer.error ?? `it answered ${response.status}`);
  }
  return answer;
}
