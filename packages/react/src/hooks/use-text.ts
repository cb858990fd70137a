import { useMemo } from "react";
import { en } from "../strings/en.ts";
import { createText, type Text } from "../strings/text.ts";
import { useShared } from "./context.ts";

/** Says the texts of the provider's language; English for what it lacks. */
export function useText(): Text {
  const { strings, locale } = useShared();
  return useMemo(() => createText({ ...en, ...strings }, locale), [strings, locale]);
}
