/** Whether somebody has booked a room is asked before each review: one look, however many bookings there are. */
export const reviewers = `
  CREATE INDEX bookings_held_by_user ON bookings (user_id, room_id) WHERE status = 'confirmed';
`;
