/** What the engine itself asks codes for, by what it does with them. */
export const OWN_PURPOSES = {
  setup: "nightlatch:setup",
  enable: "nightlatch:enable",
  remove: "nightlatch:remove",
  disable: "nightlatch:disable",
  recoveryCodes: "nightlatch:recovery-codes",
  resync: "nightlatch:resync",
} as const;
