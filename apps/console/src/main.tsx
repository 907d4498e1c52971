/** Loads the configuration, connects, and renders the console. */
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { createRoot } from "react-dom/client";
import { connect, queries } from "./data/client.ts";
import { config, readConfig } from "./data/config.ts";
import { makeRouter } from "./router.tsx";
import { chooseLanguage } from "./texts/language.ts";
import { applyTheme } from "./ui/theme.tsx";
import "./style/console.css";

applyTheme();
const root = document.querySelector("#root") as HTMLElement;
try {
  await connect(readConfig());
  chooseLanguage(config.language);
  root.removeAttribute("aria-busy");
  createRoot(root).render(
    <QueryClientProvider client={queries}>
      <RouterProvider router={makeRouter()} />
    </QueryClientProvider>,
  );
} catch (error) {
  // The console has not rendered yet, so its error pages are not available.
  root.textContent = `StreamVibe cannot be shown: ${
    error instanceof Error ? error.message : error
  }. Load the page again.`;
  root.setAttribute("role", "alert");
}
