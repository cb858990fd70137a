/** A request, as an adapter hands it over. */
export interface HttpRequest {
  method: string;
  /** The path below the mount point, without the query. */
  path: string;
  /** Header fields by lower-case name. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** What the host's own parser made of the body; `undefined` when it has none. */
  parsedBody?: unknown;
  /** The body itself, read when there is no `parsedBody`. */
  stream?: AsyncIterable<Uint8Array>;
}

/** A response for the adapter to write. */
export interface HttpResponse {
  status: number;
  headers: Readonly<Record<string, string>>;
  /** Each a `Set-Cookie` line of its own. */
  cookies?: readonly string[];
  /** Sent as JSON; absent where there is no content. */
  body?: Readonly<Record<string, unknown>>;
}

/** A header field as one string, in which Node has joined repeated lines; `undefined` when it is absent or a list. */
export function header({ headers }: Pick<HttpRequest, "headers">, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : undefined;
}

/** A JSON answer. No cache may store it, unless `headers` say so: those of the two documents that tell of nobody. */
export function json(status: number, body: Record<string, unknown>, headers: Record<string, string> = {}): HttpResponse {
  return { status, headers: { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store", ...headers }, body };
}
