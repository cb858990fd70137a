import { type HttpRequest, type HttpResponse, header } from "./message.ts";
import { invalid, problem } from "./problem.ts";

/** No body of these routes comes near it. */
const LARGEST_BODY = 16 * 1024;

/** Every string that a colon follows is a key, once `JSON.parse` has accepted the text. */
function hasDuplicateKey(text: string): boolean {
  const seen = new Set<string>();
  for (const [, key, colon] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*(:)?/gs)) {
    if (!colon || key === undefined) continue;
    const name = JSON.parse(key) as string;
    if (seen.has(name)) return true;
    seen.add(name);
  }
  return false;
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > LARGEST_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** RFC 9112 §6.3: a request without either field has no body. */
const bringsBody = (request: HttpRequest): boolean =>
  Number(header(request, "content-length") ?? 0) > 0 || request.headers["transfer-encoding"] !== undefined;

/** What is left of the body is not read: the connection ends with the answer. */
const TOO_LARGE: { refused: HttpResponse } = { refused: problem("body_too_large", { headers: { Connection: "close" } }) };

/**
 * The request's body: what the host's parser made of it, or else read here, where size, media type and
 * duplicate keys are judged before the JSON is. An empty body is an empty object.
 */
export async function readBody(request: HttpRequest): Promise<{ value: unknown } | { refused: HttpResponse }> {
  if (Number(header(request, "content-length") ?? 0) > LARGEST_BODY) return TOO_LARGE;
  const isJson = /^application\/json\s*(;|$)/i.test(header(request, "content-type") ?? "");
  if (request.parsedBody !== undefined) {
    // A form is what any page can post, and so is a body without a type; where the request brought none, the host made it.
    return isJson || (request.headers["content-type"] === undefined && !bringsBody(request))
      ? { value: request.parsedBody }
      : { refused: problem("media_type_unsupported") };
  }
  // RFC 9110 §15.5.16: nothing is inflated here, so nothing small becomes large.
  if (!/^(identity)?$/i.test(header(request, "content-encoding") ?? "")) {
    return { refused: problem("media_type_unsupported", { headers: { "Accept-Encoding": "identity" } }) };
  }
  const bytes = request.stream ? await readAll(request.stream) : Buffer.alloc(0);
  if (!bytes) return TOO_LARGE;
  if (bytes.length === 0) return { value: {} };
  if (!isJson) return { refused: problem("media_type_unsupported") };
  const text = bytes.toString("utf8");
  try {
    const value: unknown = JSON.parse(text);
    return hasDuplicateKey(text) ? { refused: invalid("", "A key stands in the body twice.") } : { value };
  } catch {
    return { refused: invalid("", "The body is not JSON.") };
  }
}
