import type { Ignorer } from "@stryker-mutator/api/ignore";
import { declareValuePlugin, PluginKind } from "@stryker-mutator/api/plugin";

/** What is read of a node of Babel's. */
interface Node {
  type: string;
  callee?: { type: string; name?: string };
  arguments?: unknown[];
}

interface Path {
  node: Node;
  parent: Node | null;
}

const isText = ({ type }: Node): boolean => type === "StringLiteral" || type === "TemplateLiteral";

/** Whether this is the message of an error that is being made. */
function isMessage({ node, parent }: Path): boolean {
  return parent?.type === "NewExpression" && /Error$/.test(parent.callee?.name ?? "") && parent.arguments?.[0] === node;
}

/**
 * Leaves the words of an error's message as they are: tests hold what a message must say, and not how it says it.
 * That the error is thrown, when, and of which class, is mutated like everything else.
 */
const messages: Ignorer = {
  shouldIgnore: (path) => (isText((path as Path).node) && isMessage(path as Path) ? "The words of an error's message." : undefined),
};

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, "messages", messages)];
