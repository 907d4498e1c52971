/** What creators read in the studio. */
export const studio = {
  nav: { label: "Studio", start: "Start", home: "Overview" },
  home: { title: "Overview" },
};
