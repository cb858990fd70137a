/** The sessions that access tokens stand for: whose row is gone, whose token is dead. */
export const sessions = `
  CREATE TABLE sessions (
    id uuid PRIMARY KEY, -- the token's jti
    user_id uuid NOT NULL CONSTRAINT sessions_user REFERENCES users ON DELETE CASCADE,
    second_factor boolean NOT NULL,
    began_at timestamptz(3) NOT NULL DEFAULT now()
  );
  CREATE INDEX sessions_by_user ON sessions (user_id);
`;
