import { defineConfig } from "vite";

export default defineConfig({
  // Relative addresses: the pages work under any path the server mounts them at.
  base: "./",
  build: {
    outDir: "../static",
    emptyOutDir: true,
    target: "es2022",
    // A data: address would need a wider content security policy for fonts and scripts.
    assetsInlineLimit: 0,
    modulePreload: false,
    rollupOptions: { input: ["index.html", "desk.html", "search.html", "side-bar.html", "voice.html"] },
  },
});
