/** What is wrong with one field. */
export interface FieldFault {
  path: string;
  message: string;
}

/** A refusal of a service's (RFC 9457), or that none answered. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  readonly errors: readonly FieldFault[];
  /** Milliseconds since 1970 from which on it may be tried again. */
  readonly retryAt: number | undefined;
  /** The whole problem, for who knows more of it. */
  readonly body: unknown;

  constructor(status: number, body: unknown, retryAfter: string | null = null) {
    const {
      code = "unexpected",
      title = "Something went wrong.",
      errors = [],
    } = (body ?? {}) as {
      code?: string;
      title?: string;
      errors?: FieldFault[];
    };
    super(title);
    this.status = status;
    this.code = code;
    this.errors = errors;
    this.body = body;
    this.retryAt = retryAfter === null ? undefined : Date.now() + Number(retryAfter) * 1000;
  }

  /** Whether nothing is wrong with what was asked: the service did not answer, or broke down over it. */
  get isAway(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

/** What a person is told of an error: what the service says is wrong, or that it does not answer. */
export function faultOf(error: ApiError, service: string): string {
  if (error.isAway) return `The ${service} service does not answer. Try again.`;
  return error.errors[0]?.message ?? error.message;
}

/** How one call is made. */
export interface CallOptions {
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  body?: object;
  signal?: AbortSignal;
  /** A `fetch` that has a code entered where one is needed. */
  fetch?: typeof fetch;
}

let signedOut: () => void = () => undefined;

/** Is called when a service no longer knows who is calling. */
export function onSignedOut(handler: () => void): void {
  signedOut = handler;
}

/** A call of a service, through the console's server, which adds who is calling. */
async function callResponse(path: string, { method = "GET", body, signal, fetch: send = fetch }: CallOptions = {}): Promise<Response> {
  const response = await send(`/api${path}`, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    if (error instanceof TypeError) throw new ApiError(0, { code: "network", title: "No answer came." });
    throw error;
  });
  if (response.ok) return response;
  const told: unknown = await response.json().catch(() => undefined);
  const error = new ApiError(response.status, told, response.headers.get("Retry-After"));
  if (error.code === "unauthenticated") signedOut();
  throw error;
}

/** The same, with the answer read. @throws ApiError */
export async function call<Answer = unknown>(path: string, options?: CallOptions): Promise<Answer> {
  const response = await callResponse(path, options);
  return (response.status === 204 ? undefined : await response.json()) as Answer;
}

/** A query string of what is given. */
export function query(values: Record<string, string | number | boolean | null | undefined>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const text = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
  return text && `?${text}`;
}

/** All items of a list, page by page, up to a bound. */
export async function all<Item>(path: string, values: Parameters<typeof query>[0], signal: AbortSignal, most = 500): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: Item[]; next_cursor: string | null } = await call(`${path}${query({ limit: 100, ...values, cursor })}`, {
      signal,
    });
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor && items.length < most);
  return items;
}
