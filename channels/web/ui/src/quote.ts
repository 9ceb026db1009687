/** Where a quoted sentence stands in a section's text. */

/** The text around the quote and the quote as the document writes it. */
export interface Found {
  before: string;
  quote: string;
  after: string;
}

/** Find `quote` in `text`, whatever the white space between its characters; null when absent. */
export function findQuote(text: string, quote: string): Found | null {
  const characters = [...quote.replace(/\s+/g, "")];
  if (characters.length === 0) return null;
  const escaped = characters.map((one) => one.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const match = new RegExp(escaped.join("\\s*"), "u").exec(text);
  if (match === null) return null;
  return {
    before: text.slice(0, match.index),
    quote: match[0],
    after: text.slice(match.index + match[0].length),
  };
}
