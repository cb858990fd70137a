import fc from "fast-check";
import { openApi } from "../src/http/index.ts";

/** A request that somebody might send, well meant or not. */
export interface FuzzRequest {
  method: string;
  /** With `{id}` for an authenticator or device that may be there. */
  path: string;
  who: "enrolled" | "nobody" | "other" | "none";
  /** The text of the body; absent where there is none. */
  body?: string;
  headers: Record<string, string>;
  /** Which grant or challenge goes along in its header, of those that there are. */
  bears: { grant?: number; challenge?: number; code?: "right" | "wrong" | "odd" };
  /** Whether the store fails on the way. */
  isFaulty: boolean;
}

interface Schema {
  type?: string;
  enum?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
}

interface Operation {
  method: string;
  path: string;
  body: Schema | undefined;
}

/** Every operation that the OpenAPI document tells of. */
function operations(): Operation[] {
  const { paths } = openApi() as {
    paths: Record<string, Record<string, { requestBody?: { content: Record<string, { schema: Schema }> } }>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      body: requestBody?.content["application/json"]?.schema,
    })),
  );
}

/** What a program may take for something else than it is. */
const hostile = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 123_456, 1e300, "", " ", "%", "*", "\u0000", "' OR 1=1 --", { $ne: "" }, [], ["123456"], {}),
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.constantFrom("CODE", "x".repeat(65), "9".repeat(5000), "１２３４５６", "٠١٢٣٤٥", "\u202e123456"),
  fc.jsonValue({ maxDepth: 2 }),
);

/** A value of a schema: as it should be, mostly. `CODE` stands for a code of the user's. */
function valueFor({ type, enum: values, properties, items }: Schema): fc.Arbitrary<unknown> {
  if (values) return fc.constantFrom(...values);
  if (properties) return objectOf(properties);
  if (type === "array") return fc.array(items ? valueFor(items) : fc.constant("CODE"), { maxLength: 3 });
  return fc.constantFrom("CODE", "123456", "ABCD-EFGH-JKMN-PQRS", "totp", "CHALLENGE", "Phone");
}

function objectOf(properties: Record<string, Schema>): fc.Arbitrary<object> {
  const members = Object.entries(properties).map(([name, schema]) => [
    name,
    fc.oneof({ weight: 4, arbitrary: valueFor(schema) }, { weight: 1, arbitrary: hostile }),
  ]);
  const own = fc.record(Object.fromEntries(members) as Record<string, fc.Arbitrary<unknown>>, { requiredKeys: [] });
  const more = fc.constantFrom("secret", "tenant", "constructor", "toString", "Code", "");
  return fc.oneof(
    { weight: 5, arbitrary: own },
    { weight: 1, arbitrary: fc.tuple(own, more, hostile).map(([known, name, value]) => ({ ...known, [name]: value })) },
  );
}

const bodyOf = ({ body }: Operation): fc.Arbitrary<string | undefined> => {
  const asMeant = body?.properties ? objectOf(body.properties) : fc.constant({});
  return fc.oneof(
    { weight: 8, arbitrary: asMeant.map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: fc.constant(undefined) },
    {
      weight: 1,
      arbitrary: fc.oneof(
        hostile.map((value) => JSON.stringify(value) ?? "undefined"),
        fc.string({ unit: "binary", maxLength: 60 }),
        fc.constantFrom('{"code":"1","code":"2"}', '{"__proto__":{"code":"CODE"}}', "{", `{"a":${"[".repeat(3000)}`, " ".repeat(17_000)),
      ),
    },
  );
};

const some = (name: string, ...values: string[]): fc.Arbitrary<Record<string, string>> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.constantFrom(...values).map((value) => ({ [name]: value })) },
  );

/** Fields of a header, each absent mostly. */
const headers = fc
  .tuple(
    fc.oneof(
      { weight: 9, arbitrary: fc.constant({ "content-type": "application/json" }) },
      some("content-type", "text/plain", "application/json; charset=utf-16", "multipart/form-data", "json", "application/json-patch+json"),
    ),
    some("origin", "null", "https://evil.example", "https://console.example", "://"),
    some("sec-fetch-site", "cross-site", "same-origin", "none", ""),
    some("content-encoding", "gzip", "identity", "br, gzip"),
    some("cookie", "__Host-mfa-grant=x; __Host-mfa-grant=y", "__Host-mfa-device=%00", "=;=;;"),
    some("expect", "100-continue"),
    some("access-control-request-method", "POST", "nonsense"),
  )
  .map((parts) => Object.assign({}, ...parts) as Record<string, string>);

const ids = fc.oneof(
  { weight: 4, arbitrary: fc.constant("{id}") },
  { weight: 1, arbitrary: fc.constantFrom("x", "%00", "%", "..%2f..", "a".repeat(300), "%F0%9F%94%91", "__proto__") },
);

/** Requests made from the OpenAPI document: every operation as it is meant, and bent in one way or several. */
export function fuzzRequests(): fc.Arbitrary<FuzzRequest> {
  const all = operations();
  const one = fc.constantFrom(...all).chain((operation) =>
    fc.record({
      method: fc.oneof(
        { weight: 12, arbitrary: fc.constant(operation.method) },
        { weight: 1, arbitrary: fc.constantFrom("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") },
      ),
      path: ids.map((id) => operation.path.replace("{id}", id)),
      who: fc.constantFrom("enrolled", "enrolled", "enrolled", "nobody", "other", "none"),
      body: bodyOf(operation),
      headers,
      bears: fc.record({ grant: fc.nat(7), challenge: fc.nat(7), code: fc.constantFrom("right", "wrong", "odd") }, { requiredKeys: [] }),
      isFaulty: fc.boolean().chain((maybe) => (maybe ? fc.constantFrom(true, false, false, false) : fc.constant(false))),
    }),
  );
  return one.map(({ body, ...request }) => ({ ...request, ...(body === undefined ? {} : { body }) }) as FuzzRequest);
}
