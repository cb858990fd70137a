/** What the rooms, reviews and users services need beside the first version; signing keys that follow each other; mail. */
export const allServices = `
  ALTER TABLE users ADD COLUMN is_active boolean NOT NULL DEFAULT true;

  -- A key signs from activates_at on, until the next one does.
  ALTER TABLE signing_keys ADD COLUMN activates_at timestamptz(3) NOT NULL DEFAULT now();
  DROP INDEX signing_keys_active;
  ALTER TABLE signing_keys DROP COLUMN active;

  -- A room that is gone keeps its bookings and reviews; its name is free again.
  ALTER TABLE rooms ADD COLUMN created_at timestamptz(3) NOT NULL DEFAULT now(), ADD COLUMN deleted_at timestamptz(3);
  DROP INDEX rooms_name;
  CREATE UNIQUE INDEX rooms_name ON rooms (lower(name)) WHERE deleted_at IS NULL;

  CREATE TABLE reviews (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    room_id integer NOT NULL CONSTRAINT reviews_room REFERENCES rooms,
    user_id uuid CONSTRAINT reviews_user REFERENCES users ON DELETE SET NULL,
    rating integer NOT NULL CHECK (rating BETWEEN 1 AND 5),
    comment text,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT reviews_once UNIQUE (user_id, room_id)
  );
  CREATE INDEX reviews_by_room ON reviews (room_id, created_at DESC, id DESC);
  CREATE INDEX reviews_by_time ON reviews (created_at DESC, id DESC);

  -- Mail to send. The id is the event's: one that comes again is not sent twice.
  CREATE TABLE outbox (
    id text PRIMARY KEY,
    user_id uuid CONSTRAINT outbox_user REFERENCES users ON DELETE CASCADE,
    recipient text NOT NULL,
    subject text NOT NULL,
    text text NOT NULL,
    html text NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    due_at timestamptz(3) NOT NULL DEFAULT now(),
    attempts integer NOT NULL DEFAULT 0,
    last_error text,
    sent_at timestamptz(3)
  );
  CREATE INDEX outbox_due ON outbox (due_at) WHERE sent_at IS NULL;
  CREATE INDEX outbox_newest ON outbox (created_at DESC);
  CREATE INDEX outbox_by_user ON outbox (user_id);
`;
