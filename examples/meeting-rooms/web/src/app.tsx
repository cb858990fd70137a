import { MfaProvider, useMfaStatus } from "@nightlatch/react";
import { type ComponentType, lazy, type ReactNode, Suspense, useCallback, useEffect, useMemo, useState } from "react";
import { ApiError, call, onSignedOut } from "./api/call.ts";
import { type Ending, signOut as endSession, mfa, SessionContext } from "./api/session.ts";
import type { ConsoleFacts, User } from "./api/types.ts";
import { AccountPage } from "./pages/account.tsx";
import { BookingsPage } from "./pages/bookings.tsx";
import { RegisterPage } from "./pages/register.tsx";
import { RoomPage } from "./pages/room.tsx";
import { RoomsPage } from "./pages/rooms.tsx";
import { SecurityPage } from "./pages/security.tsx";
import { SignInPage } from "./pages/sign-in.tsx";
import { UsersPage } from "./pages/users.tsx";
import { Frame } from "./parts/frame.tsx";
import { Mark } from "./parts/icon.tsx";
import { Empty, Later, Nowhere } from "./parts/states.tsx";
import { usePath, useTitle } from "./router.tsx";

// Charts are heavy, and most people never see one.
const AnalyticsPage = lazy(() => import("./pages/analytics.tsx").then(({ AnalyticsPage }) => ({ default: AnalyticsPage })));
const SystemPage = lazy(() => import("./pages/system.tsx").then(({ SystemPage }) => ({ default: SystemPage })));

const PAGES: Readonly<Record<string, { title: string; page: ComponentType; admin?: boolean }>> = {
  "/": { title: "Rooms", page: RoomsPage },
  "/bookings": { title: "My bookings", page: BookingsPage },
  "/security": { title: "Security", page: SecurityPage },
  "/account": { title: "Account", page: AccountPage },
  "/analytics": { title: "Analytics", page: AnalyticsPage, admin: true },
  "/users": { title: "Users", page: UsersPage, admin: true },
  "/system": { title: "System", page: SystemPage, admin: true },
};

function Page({ me }: { me: User }): ReactNode {
  const path = usePath();
  const [, room] = /^\/rooms\/(\d+)$/.exec(path) ?? [];
  const found = PAGES[path];
  useTitle(found?.title ?? (room ? "Room" : "No such page"));
  if (room) return <RoomPage key={room} id={Number(room)} />;
  if (!found) return <Nowhere kind="missing" />;
  if (found.admin && me.role !== "admin") return <Nowhere kind="admins" what={found.title} />;
  return <found.page />;
}

/** Who is signed in, with every page's context around it. */
function SignedIn({ me, facts, signOut }: { me: User; facts: ConsoleFacts; signOut(): void }): ReactNode {
  const { status } = useMfaStatus();
  const mfaEnabled = status?.mfa_enabled ?? false;
  const session = useMemo(() => ({ me, facts, mfaEnabled, signOut }), [me, facts, mfaEnabled, signOut]);
  return (
    <SessionContext value={session}>
      <Frame>
        <Suspense fallback={<main className="page" id="main" aria-busy="true" />}>
          <Page me={me} />
        </Suspense>
      </Frame>
    </SessionContext>
  );
}

const NO_FACTS: ConsoleFacts = { signed_in: false, demo_accounts: [], grafana_url: null, inbox: false };

export function App(): ReactNode {
  const path = usePath();
  const [facts, setFacts] = useState<ConsoleFacts>(NO_FACTS);
  /** `null` once it is known that nobody is signed in. */
  const [me, setMe] = useState<User | null>();
  const [fault, setFault] = useState<ApiError>();
  const [ended, setEnded] = useState<Ending>();

  const enter = useCallback(async (): Promise<void> => {
    setFault(undefined);
    try {
      setMe(await call<User>("/users/me"));
      setEnded(undefined);
    } catch (error) {
      if (error instanceof ApiError && error.code === "unauthenticated") setMe(null);
      else if (error instanceof ApiError) setFault(error);
      else throw error;
    }
  }, []);

  useEffect(() => {
    call<ConsoleFacts>("/console").then(
      (told) => {
        setFacts(told);
        if (told.signed_in) void enter();
        else setMe(null);
      },
      () => void enter(),
    );
    onSignedOut(() => {
      setMe((before) => {
        if (before) setEnded("expired");
        return null;
      });
      mfa.forget();
    });
  }, [enter]);

  const signOut = useCallback(() => {
    void endSession().then((ending) => {
      mfa.forget();
      setMe(null);
      setEnded(ending);
    });
  }, []);

  if (fault) {
    return (
      <main className="page page-narrow" id="main">
        <div className="card" role="alert">
          <Empty
            level={1}
            icon="alert"
            tone="bad"
            title="The console did not load"
            text="The users service does not answer. Your bookings are safe."
          >
            <button type="button" className="button" onClick={() => void enter()}>
              Try again
            </button>
          </Empty>
        </div>
      </main>
    );
  }
  if (me === undefined) {
    return (
      <Later>
        <div className="splash" role="status" aria-label="Loading">
          <Mark size={40} />
        </div>
      </Later>
    );
  }
  return (
    <MfaProvider client={mfa} issuer="Smart Meeting Rooms" locale="en-GB">
      {me ? (
        <SignedIn key={me.id} me={me} facts={facts} signOut={signOut} />
      ) : path === "/register" ? (
        <RegisterPage onDone={enter} />
      ) : (
        <SignInPage facts={facts} ended={ended} onSignOut={signOut} onDone={enter} />
      )}
    </MfaProvider>
  );
}
