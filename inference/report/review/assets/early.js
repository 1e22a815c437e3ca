// Before anything is drawn: the theme and the language that the reader chose on an earlier page.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const theme = localStorage.getItem("gongkai-theme");
    const lang = localStorage.getItem("gongkai-lang");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    if (lang === "zh" || lang === "en") {
      root.dataset.lang = lang;
      root.lang = lang === "zh" ? "zh-Hans" : "en";
    }
  } catch {
    // A browser without storage starts with the defaults.
  }
})();
