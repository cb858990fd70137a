import type { Check } from "../support/kit.ts";
import { grantChecks } from "./grants.ts";
import { inputChecks } from "./input.ts";
import { lifecycleChecks } from "./lifecycle.ts";
import { lockoutChecks } from "./lockout.ts";
import { recoveryChecks } from "./recovery.ts";
import { replayChecks } from "./replay.ts";
import { storageChecks } from "./storage.ts";

/** All that must hold on every store. */
export const checks: readonly Check[] = [
  ...replayChecks,
  ...lockoutChecks,
  ...recoveryChecks,
  ...lifecycleChecks,
  ...grantChecks,
  ...storageChecks,
  ...inputChecks,
];
