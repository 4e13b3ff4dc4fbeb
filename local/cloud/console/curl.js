/** Requests as `curl` commands to paste into a shell. */

/** Returns a text as one word of a shell. */
export const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * A command. In `headers` a value with a `$` is left for the shell to fill in.
 *
 * @param {string} method
 * @param {string} url
 * @param {[name: string, value: string][]} headers
 * @param {string} [body]
 */
export function command(method, url, headers, body) {
  const words = ["curl -s"];
  if (method !== (body === undefined ? "GET" : "POST")) words.push(`-X ${method}`);
  words.push(/[?&']/.test(url) ? quoted(url) : url);
  for (const [name, value] of headers) {
    const header = `${name}: ${value}`;
    words.push(`-H ${value.includes("$") ? `"${header}"` : quoted(header)}`);
  }
  if (body !== undefined) words.push(`-d ${quoted(body)}`);
  return words.join(" ");
}
