/** The password of every demo account. It is printed at each start: demo accounts are never made in production. */
export const DEMO_PASSWORD = "open-sesame-demo";

/** The demo accounts that are printed. */
export const DEMO_ACCOUNTS = [
  { username: "admin", name: "Demo Administrator", role: "admin" },
  { username: "member", name: "Demo Member", role: "user" },
  { username: "guest", name: "Demo Guest", role: "user" },
] as const;

/** How many users there are, with those above; and how many of them are not active. */
export const DEMO_USERS = 150;
export const DEMO_INACTIVE = 8;

export const GIVEN_NAMES = [
  "Amara", "Bjorn", "Chiara", "Deniz", "Elif", "Farid", "Greta", "Hana", "Ines", "Jonas", "Kofi", "Leila", "Mateo", "Nadia", "Oskar",
  "Priya", "Rosa", "Samir", "Tove", "Yuki",
] as const; // biome-ignore format: a list of names reads better in few lines

export const FAMILY_NAMES = [
  "Adeyemi", "Berger", "Castillo", "Dubois", "Eriksen", "Farkas", "Garcia", "Haddad", "Ito", "Jensen", "Kaya", "Lindqvist", "Moreau",
  "Novak", "Okafor", "Petrov", "Rossi", "Sharma", "Tanaka", "Weber",
] as const; // biome-ignore format: a list of names reads better in few lines

/** A room of the demo. `draw` is how much it is liked: for booking it, and for its ratings. */
export interface DemoRoom {
  name: string;
  capacity: number;
  location: string;
  equipment: readonly string[];
  is_available: boolean;
  draw: number;
}

const room = (name: string, capacity: number, location: string, equipment: string, draw: number, is_available = true): DemoRoom => ({
  name,
  capacity,
  location,
  equipment: equipment.split(" "),
  is_available,
  draw,
});

export const DEMO_ROOMS: readonly DemoRoom[] = [
  room("Conference Room A", 12, "First floor, north", "projector video whiteboard", 0.95),
  room("Conference Room B", 8, "First floor, south", "screen whiteboard", 0.8),
  room("Board Room", 20, "Third floor, north", "phone projector video", 0.7),
  room("Focus Room", 3, "Second floor, south", "screen", 0.6),
  room("Workshop", 16, "Ground floor, west", "whiteboard", 0.5, false),
  room("Auditorium", 80, "Ground floor, north", "microphone projector video", 0.45),
  room("Library", 6, "Third floor, south", "screen", 0.75),
  room("Studio", 5, "Ground floor, east", "camera microphone screen", 0.65),
  room("Garden Room", 10, "Ground floor, south", "screen whiteboard", 0.9),
  room("Harbour", 8, "Second floor, north", "screen video whiteboard", 0.85),
  room("Lighthouse", 4, "Fourth floor, north", "screen video", 0.9),
  room("Observatory", 14, "Fourth floor, south", "projector video whiteboard", 0.8),
  room("Atrium", 24, "Ground floor, centre", "microphone projector", 0.4),
  room("Phone Booth 1", 1, "First floor, east", "phone", 0.35),
  room("Phone Booth 2", 1, "Second floor, east", "phone", 0.3),
  room("Quiet Room", 2, "Third floor, east", "screen", 0.5),
  room("Project Room North", 10, "Second floor, north", "screen whiteboard", 0.7),
  room("Project Room South", 10, "Second floor, south", "screen whiteboard", 0.65),
  room("Interview Room 1", 4, "First floor, west", "video", 0.55),
  room("Interview Room 2", 4, "First floor, west", "video", 0.5),
  room("Training Room", 30, "Ground floor, west", "microphone projector whiteboard", 0.55, false),
  room("Map Room", 12, "Third floor, west", "projector whiteboard", 0.6, false),
  room("Terrace", 18, "Fourth floor, west", "screen", 0.6, false),
  room("Laboratory", 6, "Second floor, west", "screen whiteboard", 0.4, false),
  room("Reading Room", 5, "Third floor, south", "screen", 0.55),
];

export const TITLES = [
  "Team planning", "Stand-up", "Design review", "Customer call", "Interview", "Retrospective", "Budget", "Release planning", "One to one",
  "Onboarding", "Workshop", "Architecture", "Sales forecast", "Support handover", "Research findings", "Roadmap", "Demo", "Training",
] as const; // biome-ignore format: a list of titles reads better in few lines

/** What people write, from one star to five. */
export const COMMENTS: readonly (readonly string[])[] = [
  ["The projector did not work at all.", "Far too warm, and the window does not open."],
  ["Noisy: one hears every word from next door.", "The screen's cable is broken."],
  ["All right for an hour.", "Does its job. The chairs could be better."],
  ["Good light, and the video works.", "Quiet, and a good size for us."],
  ["Our favourite. Everything works at once.", "The best room in the house.", "Bright, quiet, and never a problem with the video."],
];
