import { type ReactNode, useState } from "react";
import { Choice } from "./choice.tsx";

type Theme = "system" | "light" | "dark";

const KEY = "meeting-rooms:theme";

/** Light, dark, or as the system has it; kept in this browser. */
export function ThemeChoice(): ReactNode {
  const [theme, setTheme] = useState<Theme>(() => (document.documentElement.dataset.nlTheme as Theme | undefined) ?? "system");
  const choose = (next: Theme): void => {
    setTheme(next);
    if (next === "system") {
      delete document.documentElement.dataset.nlTheme;
      localStorage.removeItem(KEY);
    } else {
      document.documentElement.dataset.nlTheme = next;
      localStorage.setItem(KEY, next);
    }
  };
  return (
    <Choice
      label="Theme"
      value={theme}
      onChange={choose}
      options={[
        ["system", "System"],
        ["light", "Light"],
        ["dark", "Dark"],
      ]}
    />
  );
}
