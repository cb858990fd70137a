export type { Handler, HttpOptions } from "./handler.ts";
export { createHandler } from "./handler.ts";
export type { HttpRequest, HttpResponse } from "./message.ts";
export type { ProblemCode } from "./problem.ts";
export { toProblem } from "./problem.ts";
export type { Route, RouteContext } from "./routes.ts";
export { routes } from "./routes.ts";
export type { Guard, GuardedRequest, StepUpOptions, Verdict } from "./step-up.ts";
export { createStepUp } from "./step-up.ts";
