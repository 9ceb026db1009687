import { css } from "lit";

export const headerStyle = css`
  header {
    border-bottom: 1px solid var(--line);
    background: var(--surface);
  }

  .sandbox {
    margin: 0;
    padding: 0.15rem 1rem;
    background: var(--notice);
    color: var(--on-notice);
    font-size: 0.8125rem;
    text-align: center;
  }

  .fit {
    max-width: 760px;
    margin: 0 auto;
    container-type: inline-size;
  }

  .inner {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.5rem 0.75rem;
    padding: 0.6rem max(1rem, env(safe-area-inset-left));
  }

  .bank {
    display: flex;
    align-items: center;
    gap: 0.65rem;
    min-width: 0;
  }

  .mark {
    flex: none;
    width: 2.4rem;
    height: 2.4rem;
    line-height: 0;
  }

  h1 {
    margin: 0;
    font-size: 1.125rem;
    line-height: 1.25;
    letter-spacing: 0.04em;
  }

  .notice {
    margin: 0;
    color: var(--ink-soft);
    font-size: 0.8125rem;
    line-height: 1.35;
  }

  .controls {
    display: flex;
    align-items: center;
    flex-wrap: wrap;
    gap: 0.5rem;
    width: 100%;
  }

  .controls button,
  .identity {
    padding-inline: 0.8rem;
    font-size: 0.875rem;
    white-space: nowrap;
  }

  .languages {
    display: flex;
    flex: none;
    border: 1px solid var(--line-strong);
    border-radius: 999px;
    overflow: hidden;
  }

  .languages button {
    min-width: 2.5rem;
    min-height: calc(var(--target) - 2px);
    padding: 0 0.5rem;
    border: 0;
    border-radius: 0;
  }

  .languages button:focus-visible {
    outline-offset: -3px;
    border-radius: 999px;
  }

  .languages button[aria-pressed="true"],
  .elder[aria-pressed="true"] {
    background: var(--brand-soft);
    color: var(--brand);
    font-weight: 700;
  }

  .elder[aria-pressed="true"] {
    border-color: var(--brand);
  }

  .handoff {
    margin-inline-start: auto;
    border-color: var(--brand);
    color: var(--brand);
    font-weight: 600;
  }

  /* Phones, from the widest down; the last two are elder mode. Controls stay on one row. */
  @container (max-width: 25rem) {
    .controls {
      gap: 0.4rem;
    }

    .controls button {
      padding-inline: 0.7rem;
    }

    .languages button {
      min-width: 2.25rem;
      padding-inline: 0.4rem;
    }
  }

  @container (max-width: 23rem) {
    .handoff svg {
      display: none;
    }
  }

  @container (max-width: 21rem) {
    .inner {
      padding-inline: 0.75rem;
    }

    .controls {
      gap: 0.25rem;
    }

    .controls button {
      padding-inline: 0.5rem;
    }

    .languages button {
      min-width: 2rem;
      padding-inline: 0.25rem;
    }
  }

  @container (max-width: 17.5rem) {
    .identity svg {
      display: none;
    }
  }

  /* One row where there is room. A container query counts rem in the page's own type size, so
     that elder mode wraps earlier; a media query would not. */
  @container (min-width: 44rem) {
    .inner {
      flex-wrap: nowrap;
    }

    .bank {
      flex: 1;
    }

    .controls {
      width: auto;
    }
  }
`;
