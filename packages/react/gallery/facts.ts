import type { SetupAnswer, StatusAnswer, WireDevice } from "@nightlatch/core/http";
import { picture } from "./picture.ts";

/** The instant that every still state is seen at. */
export const NOW: number = Date.UTC(2026, 2, 13, 10, 20);

export const CODES: readonly string[] = [
  "7K3M-Q9TX-2RWB-H5NC",
  "M9BT-6WES-ZJ3A-4RYF",
  "D8VF-4JZP-6AYE-M1KS",
  "H2ZN-Y5GQ-0KTP-8XDM",
  "XT0G-W7HN-9BQR-3CVD",
  "C6AW-V3RJ-5SHB-E9QN",
  "5PEJ-K2MA-8FZS-Y6TW",
  "3FYK-8DPX-N4MG-T7JZ",
  "R4QC-1NXH-G7DV-B0PK",
  "W1SV-B9CE-R6QK-2HAT",
];

export const SETUP: SetupAnswer = {
  factor_id: "f3",
  secret: "JBSWY3DPEHPK3PXPMFRGGZDFMZTWQ2LK",
  uri: "otpauth://totp/Fernhill:ana%40example.com?secret=JBSWY3DPEHPK3PXPMFRGGZDFMZTWQ2LK&issuer=Fernhill",
  qr_code: picture,
  expires_at: "2026-03-13T10:35:00.000Z",
};

export const STATUS: StatusAnswer = {
  mfa_enabled: true,
  username: "ana@example.com",
  asker: "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg",
  factors: [
    { id: "f1", type: "totp", name: "Ana’s phone", created_at: "2026-03-03T08:00:00.000Z", last_used_at: "2026-03-13T09:14:00.000Z" },
    { id: "f2", type: "totp", name: "Office iPad", created_at: "2026-03-04T08:00:00.000Z", last_used_at: "2026-02-21T09:14:00.000Z" },
  ],
  methods: ["totp", "recovery_code"],
  recovery_codes_left: 2,
};

export const DEVICES: readonly WireDevice[] = [
  {
    id: "d1",
    name: "Chrome on Mac",
    created_at: "2026-03-13T08:00:00.000Z",
    expires_at: "2026-04-12T08:00:00.000Z",
    last_used_at: "2026-03-13T08:02:00.000Z",
  },
  {
    id: "d2",
    name: "Safari on iPhone",
    created_at: "2026-03-03T08:00:00.000Z",
    expires_at: "2026-04-02T08:00:00.000Z",
    last_used_at: "2026-03-11T08:00:00.000Z",
  },
];
