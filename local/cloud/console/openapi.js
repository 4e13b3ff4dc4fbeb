/** The API's description (docs/openapi.yaml), in the form that the page needs. */

const METHODS = ["get", "post", "put", "patch", "delete"];

/**
 * Every operation: `id`, `method`, `path`, `tag`, `summary`, `description`, `signedIn` ("must", "may" or "never"),
 * `parameters` and the `examples` of its JSON body, by name.
 */
export async function operations() {
  const response = await fetch("/_console/openapi");
  if (!response.ok) throw new Error(await response.text());
  const description = await response.json();
  const resolve = (value) => {
    if (!value || !("$ref" in value)) return value;
    const names = value.$ref.slice(2).split("/");
    return resolve(names.reduce((at, name) => at[name.replaceAll("~1", "/").replaceAll("~0", "~")], description));
  };
  return Object.entries(description.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => method in item).map((method) => {
      const { operationId, tags, summary, description: text, security, parameters = [], requestBody } = item[method];
      const examples = resolve(requestBody)?.content["application/json"]?.examples ?? {};
      return {
        id: operationId,
        method: method.toUpperCase(),
        path,
        tag: tags[0],
        summary,
        description: text ?? "",
        signedIn: signedIn(security),
        parameters: [...(item.parameters ?? []), ...parameters].map(resolve),
        examples: Object.entries(examples).map(([name, example]) => [name, resolve(example).value]),
      };
    }),
  );
}

function signedIn(security = []) {
  const asks = security.some((scheme) => "firebase" in scheme);
  if (!asks) return "never";
  return security.some((scheme) => Object.keys(scheme).length === 0) ? "may" : "must";
}
