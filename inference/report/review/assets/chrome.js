"use strict";
// What every page has: theme, language, and storage that may be refused.
const gongkai = {
  root: document.documentElement,
  heard: [],
  data: JSON.parse(document.getElementById("data")?.textContent ?? "{}"),

  keep(name, value) {
    try {
      localStorage.setItem(name, value);
      return true;
    } catch {
      return false;
    }
  },

  kept(name) {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  },

  /** One of a pair [Chinese, English], in the language shown. */
  pick(pair) {
    return pair[this.root.dataset.lang === "zh" ? 0 : 1];
  },

  text(key) {
    return this.pick(this.data.words[key]);
  },

  /** An element with text: never markup, whatever the text says. */
  make(name, className, text) {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  },

  /** Attributes and options cannot hold two languages: they take theirs from data-zh and data-en. */
  speak() {
    for (const element of document.querySelectorAll("[data-zh]")) {
      const text = element.dataset[this.root.dataset.lang];
      if (element.matches("input")) element.placeholder = text;
      else element.textContent = text;
    }
    for (const listener of this.heard) listener();
  },

  start() {
    document.getElementById("lang").addEventListener("click", () => {
      const lang = this.root.dataset.lang === "zh" ? "en" : "zh";
      this.root.dataset.lang = lang;
      this.root.lang = lang === "zh" ? "zh-Hans" : "en";
      this.keep("gongkai-lang", lang);
      this.speak();
    });
    document.getElementById("theme").addEventListener("click", () => {
      const dark = this.root.dataset.theme
        ? this.root.dataset.theme === "dark"
        : matchMedia("(prefers-color-scheme: dark)").matches;
      this.root.dataset.theme = dark ? "light" : "dark";
      this.keep("gongkai-theme", this.root.dataset.theme);
    });
    this.speak();
  },
};
