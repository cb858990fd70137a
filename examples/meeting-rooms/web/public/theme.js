// Before anything is drawn: the theme that was chosen in this browser, else the system's.
try {
  const theme = localStorage.getItem("meeting-rooms:theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.nlTheme = theme;
} catch {}
