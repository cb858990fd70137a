import { createHttpMetrics, type HttpMetricsOptions, type PromClient } from "@nightlatch/core/http";
import type { Application, Request, RequestHandler } from "express";

/** A layer of Express' router: what is mounted, and where. */
interface Layer {
  route?: unknown;
  handle: { stack?: Layer[] };
  /** Since router 2.3 with the pattern; before that, the layer itself keeps what it matched. */
  match(path: string): boolean | { pattern: unknown; path: string };
  path?: string;
  params?: object;
}

/** What is mounted where Express does not say. */
const UNTOLD = "*";

function matched(layer: Layer, path: string): { pattern: string; length: number } | undefined {
  const match = layer.match(path);
  if (match === false) return undefined;
  if (match !== true) return { pattern: match.path === "" ? "" : String(match.pattern), length: match.path.length };
  const { path: own = "", params = {} } = layer;
  return { pattern: Object.keys(params).length === 0 ? own.toLowerCase() : `/${UNTOLD}`, length: own.length };
}

/** The patterns under which a path is mounted: `/orgs/:org` for `/orgs/acme`. */
function mountOf(stack: readonly Layer[], path: string): string | undefined {
  for (const layer of stack) {
    const found = layer.route ? undefined : matched(layer, path);
    if (!found) continue;
    if (found.length === path.length) return found.pattern;
    const inner = layer.handle.stack && mountOf(layer.handle.stack, path.slice(found.length));
    if (inner !== undefined) return found.pattern + inner;
  }
  return undefined;
}

function outermost(app: Application): Application {
  let outer = app as Application & { parent?: Application };
  while (outer.parent) outer = outer.parent;
  return outer;
}

/** Mounts are asked for again and again; with parameters in them there is no end of them. */
const MOST_MOUNTS = 1000;

/** Makes what finds the pattern of the route that answered; `undefined` where none did. */
function routePatterns(): (req: Request) => string | undefined {
  const mounts = new Map<string, string>();
  /** Where routes were last found: Express forgets the mount when a route passes an error on. */
  const last = new WeakMap<object, string>();

  const mountPattern = (req: Request): string => {
    const known = mounts.get(req.baseUrl);
    if (known !== undefined) return known;
    const { stack } = outermost(req.app).router as unknown as { stack: Layer[] };
    const pattern = mountOf(stack, req.baseUrl) ?? `/${UNTOLD}`;
    if (mounts.size >= MOST_MOUNTS) mounts.clear();
    mounts.set(req.baseUrl, pattern);
    return pattern;
  };

  return (req) => {
    const route = req.route as { path: unknown } | undefined;
    // Once the router has given up there is none.
    const mount = req.baseUrl ? mountPattern(req) : undefined;
    // A mounted handler that is no router, such as the MFA routes' or express.static.
    if (!route) return mount === undefined ? undefined : `${mount}/${UNTOLD}`;
    if (mount === undefined) return last.get(route) ?? String(route.path);
    const pattern = `${mount}${String(route.path)}`;
    last.set(route, pattern);
    return pattern;
  };
}

/**
 * Middleware that counts and times requests for Prometheus, by method, route pattern and status, on the prom-client
 * that it is given. Mount it first. No label holds a raw path.
 *
 * @throws ConfigError when what was given is not prom-client, or its registry holds other metrics of these names
 *
 * @example
 * ```ts
 * import { httpMetrics } from "@nightlatch/express";
 * import express from "express";
 * import * as client from "prom-client";
 *
 * const app = express();
 * app.use(httpMetrics(client));
 * app.get("/metrics", async (_req, res) => res.type(client.register.contentType).send(await client.register.metrics()));
 * ```
 */
export function httpMetrics(client: PromClient, options?: HttpMetricsOptions): RequestHandler {
  const begin = createHttpMetrics(client, options);
  const routeOf = routePatterns();
  // A layer throws where a parameter can't be decoded, and what leaves a listener ends the process.
  const routeIn = (req: Request): string | undefined => {
    try {
      return routeOf(req);
    } catch {
      return undefined;
    }
  };
  return (req, res, next) => {
    const end = begin(req.method);
    res.on("close", () => end(routeIn(req), res.writableFinished ? res.statusCode : undefined));
    next();
  };
}
