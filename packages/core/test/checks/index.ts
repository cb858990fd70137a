import type { Check } from "../support/kit.ts";
import { adminChecks } from "./admin.ts";
import { deliveredChecks } from "./delivered.ts";
import { deviceChecks } from "./devices.ts";
import { enforcementChecks } from "./enforcement.ts";
import { grantChecks } from "./grants.ts";
import { hotpChecks } from "./hotp.ts";
import { importChecks } from "./imports.ts";
import { inputChecks } from "./input.ts";
import { lifecycleChecks } from "./lifecycle.ts";
import { lockoutChecks } from "./lockout.ts";
import { recoveryChecks } from "./recovery.ts";
import { registryChecks } from "./registry.ts";
import { replayChecks } from "./replay.ts";
import { signingChecks } from "./signing.ts";
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
  ...adminChecks,
  ...deliveredChecks,
  ...deviceChecks,
  ...enforcementChecks,
  ...hotpChecks,
  ...importChecks,
  ...registryChecks,
  ...signingChecks,
];
