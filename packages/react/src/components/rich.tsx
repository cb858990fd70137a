import { Fragment, type ReactNode } from "react";
import { textParts } from "../strings/text.ts";

/** A text with elements in the place of its braces: a name in `bdi`, so that it does not turn the line around it. */
export const rich = (text: string, values: Readonly<Record<string, ReactNode>>): ReactNode =>
  textParts(text).map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text don't move
    <Fragment key={index}>{"text" in part ? part.text : values[part.slot]}</Fragment>
  ));
