/** Styles every component starts from. */

import { css } from "lit";

export const sharedStyle = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }

  :host {
    font-family: var(--font);
    color: var(--ink);
  }

  :host([hidden]) {
    display: none;
  }

  button,
  input,
  select,
  textarea {
    font: inherit;
    color: inherit;
  }

  button,
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.4rem;
    min-height: var(--target);
    padding: 0.35rem 0.95rem;
    border: 1px solid var(--line-strong);
    border-radius: 999px;
    background: var(--surface);
    font-size: 0.9375rem;
    line-height: 1.25;
    cursor: pointer;
  }

  button:hover:not(:disabled) {
    background: var(--brand-soft);
    border-color: var(--brand);
  }

  button.primary {
    border-color: var(--brand);
    background: var(--brand);
    color: var(--on-brand);
    font-weight: 600;
  }

  button.primary:hover:not(:disabled) {
    border-color: var(--brand-hover);
    background: var(--brand-hover);
  }

  button.plain {
    border-color: transparent;
    background: transparent;
  }

  button:disabled {
    cursor: not-allowed;
    border-color: var(--line);
    background: var(--sunken);
    color: var(--ink-soft);
  }

  button.primary:disabled {
    color: var(--ink-soft);
  }

  :focus-visible {
    outline: 3px solid var(--focus);
    outline-offset: 2px;
  }

  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation-duration: 0.01ms !important;
      animation-iteration-count: 1 !important;
      transition: none !important;
      scroll-behavior: auto !important;
    }
  }
`;
