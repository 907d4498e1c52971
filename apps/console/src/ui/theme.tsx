/** The colour theme: light, dark, or the system's. */
import { useState } from "react";
import { frame as t } from "../texts/frame.ts";

const KEY = "streamvibe-theme";
type Theme = "system" | "light" | "dark";

export function applyTheme(): void {
  const kept = read();
  if (kept === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = kept;
}

function read(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

export function ThemeChoice() {
  const [theme, setTheme] = useState(read);
  return (
    <label className="theme">
      <span>{t.theme.label}</span>
      <select
        value={theme}
        onChange={({ target }) => {
          localStorage.setItem(KEY, target.value);
          setTheme(target.value as Theme);
          applyTheme();
        }}
      >
        <option value="system">{t.theme.system}</option>
        <option value="light">{t.theme.light}</option>
        <option value="dark">{t.theme.dark}</option>
      </select>
    </label>
  );
}
