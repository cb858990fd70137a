import type { ReactNode } from "react";

/** Scenery: a page of an app that a dialog lies over. */
export function HostPage({ children }: { children?: ReactNode }): ReactNode {
  return (
    <div className="gallery-host">
      <header>
        <b>Fernhill</b> <span>Stays</span> <span>Bookings</span> <span>Messages</span>
      </header>
      <small>Bookings / FH-20418</small>
      <h1>Harbour room</h1>
      {children}
      <section>
        <p>Check-in</p>
        <p>Check-out</p>
        <p>Guests</p>
        <p>Breakfast</p>
      </section>
    </div>
  );
}
