/** The bar on top of the pages that are not the chat: mark, title, links. */

import { css } from "lit";

export const topBarStyle = css`
  .top {
    display: flex;
    align-items: center;
    gap: 0.65rem;
    padding: 0.5rem 1.2rem;
    border-bottom: 1px solid var(--line);
    background: var(--surface);
  }

  .mark {
    width: 2rem;
    height: 2rem;
    line-height: 0;
  }

  h1 {
    flex: 1;
    margin: 0;
    font-size: 1.0625rem;
  }

  .top a {
    color: var(--link);
  }

  .top a,
  .top button,
  .top > span {
    white-space: nowrap;
  }

  /* As narrow as the side bar of a chat: the title has a line of its own. */
  @media (max-width: 34rem) {
    .top {
      flex-wrap: wrap;
      padding: 0.5rem 1rem;
    }

    h1 {
      flex: 1 0 calc(100% - 3rem);
    }
  }
`;
