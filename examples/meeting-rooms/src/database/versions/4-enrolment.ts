/** What the app itself remembers of who has enrolled, so that a factor's row that is gone switches nothing off. */
export const enrolment = `
  ALTER TABLE users ADD COLUMN mfa_enrolled boolean NOT NULL DEFAULT false, ADD COLUMN mfa_changed_at timestamptz(3);
`;
