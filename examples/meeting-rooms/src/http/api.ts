import type { Express, RequestHandler } from "express";
import type { z } from "zod";
import type { AppLimits } from "../limits/app-limits.ts";
import type { Authentication } from "../tokens/authenticate.ts";
import type { Access } from "./access.ts";
import { jsonBody, jsonOrFormBody } from "./input.ts";
import type { ProblemCode } from "./problem.ts";

const METHODS = ["get", "post", "patch", "delete"] as const;

/** What is said of a route: the guards in front of it and its description are made of this. */
export interface RouteFacts {
  access: Access;
  summary: string;
  /** What a body has to be. The frame reads it; the handler judges it with `valid`. */
  body?: z.ZodType;
  /** The body may be a form as well. */
  form?: boolean;
  query?: z.ZodObject;
  /** What is answered, by status: the body, or words where there is none of JSON. */
  answers: Readonly<Record<number, z.ZodType | string>>;
  /** The problems that are this route's own. */
  problems?: readonly ProblemCode[];
  /** Asks for a fresh code just before the last handler: what the others refuse costs nobody a code. */
  stepUp?: RequestHandler;
}

/** A route as it was described. */
export interface DescribedRoute extends RouteFacts {
  method: (typeof METHODS)[number];
  path: string;
}

// biome-ignore lint/suspicious/noExplicitAny: handlers know the names in their own path, and Express hands them on as they are
type Handler = RequestHandler<any>;

/** Adds routes to a service. No route is there without having said who may call it. */
export interface Api extends Readonly<Record<(typeof METHODS)[number], (path: string, facts: RouteFacts, ...handlers: Handler[]) => void>> {
  /** Mounts what has routes of its own, such as the MFA routes, and the OpenAPI paths that describe them. */
  mount(path: string, handler: RequestHandler, paths: Readonly<Record<string, unknown>>): void;
  readonly described: readonly DescribedRoute[];
  readonly mounted: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

/** The routes of an app, guarded as they say. */
export function createApi(app: Express, auth: Authentication, limits: AppLimits): Api {
  const described: DescribedRoute[] = [];
  const mounted = new Map<string, Readonly<Record<string, unknown>>>();

  const guards: Readonly<Record<Access, readonly RequestHandler[]>> = {
    open: [],
    credential: [limits.signInByAddress],
    user: [auth.signedIn],
    admin: [auth.admins],
  };

  const adder =
    (method: DescribedRoute["method"]) =>
    (path: string, facts: RouteFacts, ...handlers: Handler[]): void => {
      const { access, body, form, stepUp } = facts;
      const last = handlers.slice(-1);
      described.push({ method, path, ...facts });
      app[method](
        path,
        ...guards[access],
        ...(stepUp ? [limits.codesOf(auth.subject)] : []),
        ...(body ? (form ? jsonOrFormBody : jsonBody) : []),
        ...handlers.slice(0, -1),
        ...(stepUp ? [stepUp] : []),
        ...last,
      );
    };

  return Object.freeze({
    get: adder("get"),
    post: adder("post"),
    patch: adder("patch"),
    delete: adder("delete"),
    mount(path, handler, paths) {
      mounted.set(path, paths);
      app.use(path, limits.codesOf(auth.subject), handler);
    },
    described,
    mounted,
  } satisfies Api);
}
