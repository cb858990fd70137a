/** Accounts, signing keys, rooms and bookings. */
export const usersAndBookings = `
  CREATE EXTENSION IF NOT EXISTS btree_gist;

  CREATE TABLE users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    username text NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    role text NOT NULL CHECK (role IN ('user', 'admin')),
    password_hash text NOT NULL,
    demo boolean NOT NULL DEFAULT false,
    created_at timestamptz(3) NOT NULL DEFAULT now()
  );
  CREATE UNIQUE INDEX users_username ON users (lower(username));
  CREATE UNIQUE INDEX users_email ON users (lower(email));
  CREATE INDEX users_admins ON users (id) WHERE role = 'admin';

  -- Deleted users whose factors have still to be erased.
  CREATE TABLE erasures (user_id uuid PRIMARY KEY, deleted_at timestamptz(3) NOT NULL DEFAULT now());

  CREATE TABLE signing_keys (
    kid text PRIMARY KEY,
    private_jwk text NOT NULL, -- sealed; the public half is derived from it
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz(3) NOT NULL DEFAULT now()
  );
  CREATE UNIQUE INDEX signing_keys_active ON signing_keys (active) WHERE active;

  CREATE TABLE rooms (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    capacity integer NOT NULL CHECK (capacity > 0),
    location text NOT NULL,
    equipment text[] NOT NULL DEFAULT '{}',
    is_available boolean NOT NULL DEFAULT true
  );
  CREATE UNIQUE INDEX rooms_name ON rooms (lower(name));

  CREATE TABLE bookings (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    room_id integer NOT NULL CONSTRAINT bookings_room REFERENCES rooms,
    user_id uuid CONSTRAINT bookings_user REFERENCES users ON DELETE SET NULL,
    title text NOT NULL,
    starts_at timestamptz(3) NOT NULL,
    ends_at timestamptz(3) NOT NULL,
    status text NOT NULL DEFAULT 'confirmed' CHECK (status IN ('confirmed', 'cancelled')),
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    cancelled_at timestamptz(3),
    cancelled_by uuid CONSTRAINT bookings_cancelled_by REFERENCES users ON DELETE SET NULL,
    CONSTRAINT bookings_length CHECK (ends_at > starts_at AND ends_at - starts_at <= interval '12 hours'),
    -- Half-open, so that one booking may begin as another ends.
    CONSTRAINT bookings_overlap EXCLUDE USING gist (room_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (status = 'confirmed')
  );
  CREATE INDEX bookings_by_time ON bookings (starts_at, id);
  CREATE INDEX bookings_by_user ON bookings (user_id, starts_at, id);
  CREATE INDEX bookings_by_room ON bookings (room_id, starts_at, id);
  CREATE INDEX bookings_by_canceller ON bookings (cancelled_by) WHERE cancelled_by IS NOT NULL;
`;
