import { type ChangeEvent, useState } from "react";
import type { ApiError } from "../api/call.ts";

/** What a `<Field>` needs to know of its field. */
export interface AboutField {
  label: string;
  value: string;
  required: true;
  onChange(event: ChangeEvent<HTMLInputElement>): void;
  fault: string | undefined;
}

/** The fields of a form. */
export interface Fields<Values> {
  values: Values;
  change(changes: Partial<Values>): void;
  about(field: keyof Values & string, label: string): AboutField;
}

/** Keeps what is typed into a form, and tells each field what a service found wrong with it. */
export function useFields<Values extends Readonly<Record<string, string>>>(initial: Values, error?: ApiError): Fields<Values> {
  const [values, setValues] = useState(initial);
  const change = (changes: Partial<Values>): void => setValues((before) => ({ ...before, ...changes }));
  return {
    values,
    change,
    about: (field, label) => ({
      label,
      value: values[field] ?? "",
      required: true,
      onChange: ({ target }) => change({ [field]: target.value } as Partial<Values>),
      fault: error?.errors.filter(({ path }) => path === field).map(({ message }) => `${label} ${message}.`)[0],
    }),
  };
}
