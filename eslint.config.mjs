import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["pkg/", "target/", "**/.cache/", "demo/", "tests/**/app/", "**/.next/"] },
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2023, globals: globals.node },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      curly: "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-constructor-return": "error",
      "no-implicit-coercion": "error",
      "no-self-compare": "error",
      "no-unused-vars": ["error", { varsIgnorePattern: "^_", argsIgnorePattern: "^_" }],
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      // An error that is wrapped keeps what caused it.
      "preserve-caught-error": "error",
    },
  },
  {
    // What ships runs where there is neither Node nor a browser: only js/runtime/ knows which.
    files: ["js/**/*.mjs", "cache-handler.mjs"],
    ignores: ["js/runtime/**", "js/cli/**"],
    rules: {
      "no-restricted-globals": ["error", "process", "Buffer", "require", "global"],
      "no-restricted-imports": ["error", { patterns: ["node:*"] }],
    },
  },
  {
    files: ["js/cli/ui/page/*.mjs"],
    languageOptions: { globals: globals.browser },
  },
  {
    // Some of their functions run in a browser.
    files: ["tests/e2e/**/*.mjs"],
    languageOptions: { globals: globals.browser },
  },
];
