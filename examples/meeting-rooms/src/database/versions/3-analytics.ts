/**
 * Indexes that hold all that analytics reads, so that no figure visits the tables: whatever counts by time reads a
 * stretch of an index, and the counts of everything read the smallest one there is.
 */
export const analytics = `
  CREATE INDEX bookings_figures ON bookings (starts_at) INCLUDE (ends_at, room_id, user_id, status);
  CREATE INDEX bookings_by_status ON bookings (status);
  CREATE INDEX reviews_figures ON reviews (room_id, rating);
  CREATE INDEX reviews_by_rating ON reviews (rating);
  CREATE INDEX reviews_by_day ON reviews (created_at) INCLUDE (rating, user_id);
`;
