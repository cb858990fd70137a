import { type Application, ReflectionKind, RendererEvent, type SomeType } from "typedoc";

/** What typedoc calls a parameter that is taken apart where it is declared, and so has no name of its own. */
const NAMELESS = "__namedParameters";

/** A name after the type: `PromOptions` is `options`, `LockoutSchedule` is `schedule`. */
function nameAfter(type: SomeType | undefined): string {
  const [last = "options"] = type?.type === "reference" ? (/[A-Z][a-z0-9]*$/.exec(type.name) ?? []) : [];
  return last.toLowerCase();
}

/** A plugin of typedoc's: gives such parameters a name that a reader can use. */
export function load(app: Application): void {
  app.renderer.on(RendererEvent.BEGIN, ({ project }) => {
    for (const parameter of project.getReflectionsByKind(ReflectionKind.Parameter)) {
      if (parameter.name === NAMELESS) parameter.name = parameter.isParameter() ? nameAfter(parameter.type) : "options";
    }
  });
}
