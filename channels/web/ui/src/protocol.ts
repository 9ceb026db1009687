/**
 * Frames of the WebSocket `/v1/stream` and bodies of the HTTP calls, as the server sends them.
 *
 * Times are ISO 8601 UTC. A frame with `seq` is durable; one without is ephemeral or control.
 */

export type Locale = "zh-Hans" | "zh-Hant" | "en";
export type Role = "customer" | "assistant" | "colleague";
export type Mode = "assistant" | "colleague" | "waiting";

export interface Frame {
  v: 1;
  conv?: string;
  epoch?: number | string;
  seq?: number;
  ts?: string;
  type: string;
  body: Record<string, unknown>;
}

export interface Button {
  title: string;
  payload: string;
}

export interface Citation {
  document_id: string;
  title: string;
  section: string;
  version: string;
  effective_from: string;
  effective_to: string | null;
  quote: string;
  url: string;
}

export interface Row {
  label: string;
  value: string;
}

export interface ReadBackCard {
  kind: "read_back";
  title: string;
  rows: Row[];
  confirm: string;
  cancel: string;
}

export interface ReceiptCard {
  kind: "receipt";
  title: string;
  rows: Row[];
  receipt_id: string;
  at: string;
  sandbox?: boolean;
}

export interface TableCard {
  kind: "table";
  title: string;
  columns: string[];
  rows: string[][];
}

export interface ProductItem {
  name: string;
  summary: string;
  reasons: string[];
  rate: string;
  risk: string;
  disclosure: string;
  document_id: string;
}

export interface ProductsCard {
  kind: "products";
  items: ProductItem[];
  proof_id: string;
}

export interface QueueCard {
  kind: "queue";
  position: number;
  eta_s: number;
  ticket: string;
}

export interface CodeCard {
  kind: "code";
  masked_phone: string;
  expires_at: string;
}

export interface ReviewCard {
  kind: "review";
  ticket: string;
  position?: string;
}

/** Something to check, or a reason to refuse. */
export interface ReviewItem {
  id: string;
  text: string;
}

/** A request that waits for a colleague's video check. */
export interface Review {
  review_id: string;
  title: string;
  customer: { id: string; name: string };
  arguments: Record<string, unknown>;
  status: string;
  created_at: string;
  colleague: string | null;
  four_eyes: boolean;
  checklist: ReviewItem[];
  verdicts: { approved: boolean; colleague: string }[];
  evidence: Record<string, unknown>[];
}

export type Card =
  | ReadBackCard
  | ReceiptCard
  | TableCard
  | ProductsCard
  | QueueCard
  | ReviewCard
  | CodeCard;

const CARD_KINDS: ReadonlySet<string> = new Set([
  "read_back",
  "receipt",
  "table",
  "products",
  "queue",
  "review",
  "code",
]);

/** One bubble. `cmid` is set on a customer's own message and names the send it came from. */
export interface Message {
  message_id: string;
  role: Role;
  turn: number;
  text: string;
  buttons: Button[];
  citations: Citation[];
  card: Card | null;
  ai_generated: boolean;
  cmid: string | null;
  /** Where it was said: `web`, `wechat`, `voice`, …; "" while unknown. */
  channel: string;
  /** How the customer wants pages to show replies, as the bank keeps it; null while unknown. */
  display: "standard" | "elder" | null;
}

export interface Welcome {
  conv: string;
  epoch: number | string;
  head_seq: number;
  mode: Mode;
  level: number;
  customer: { name: string } | null;
}

export interface ProtocolError {
  code: string;
  retryable: boolean;
  after_ms?: number;
  cmid?: string;
}

export interface SampleCustomer {
  customer_id: string;
  name: string;
  who: string;
}

export interface BankDocument {
  document_id: string;
  title: string;
  version: string;
  effective_from: string;
  effective_to: string | null;
  owner: string;
  sections: { heading: string; text: string }[];
}

/** One passage a colleague's search found; `url` of a sentence opens its document there. */
export interface FoundPassage {
  passage_id: string;
  document_id: string;
  title: string;
  section: string;
  version: string;
  effective_from: string;
  effective_to: string | null;
  owner: string;
  score: number;
  text: string;
  sentences: { text: string; score: number; url: string }[];
}

export interface Found {
  question: string;
  as_of: string;
  passages: FoundPassage[];
}

/** What a search is narrowed to; "" is anything. */
export interface Scope {
  product: string;
  audience: string;
  channel: string;
}

export interface ScopeChoices {
  audience: string[];
  products: { id: string; name: string }[];
  channels: string[];
}

/** How a conversation stands, for a colleague. */
export interface ConversationState {
  conversation_id: string;
  customer: { id: string; name: string } | null;
  level: number;
  task: { flow: string; names: Readonly<Record<string, string>> } | null;
  answered_by: "assistant" | "waiting" | "colleague";
  colleague: string | null;
  ticket_id: string | null;
  last_turn_at: string | null;
}

/** `assistant`: no place in the queue; the conversation is only looked at, and `ticket_id` is "". */
export interface Ticket {
  ticket_id: string;
  conversation_id: string;
  customer: { id: string; name: string } | null;
  reason: string;
  summary: string;
  status: "waiting" | "accepted" | "closed" | "assistant";
  position: number;
  eta_s: number;
  created_at: string;
  colleague: string | null;
}

/** A message from a frame body; a card of unknown kind is dropped, so its text alone is shown. */
export function messageFrom(body: Record<string, unknown>): Message {
  const given = body as Partial<Message>;
  const card = given.card as { kind?: unknown } | null | undefined;
  const known = typeof card?.kind === "string" && CARD_KINDS.has(card.kind);
  return {
    message_id: String(given.message_id ?? ""),
    role: given.role ?? "assistant",
    turn: given.turn ?? 0,
    text: given.text ?? "",
    buttons: given.buttons ?? [],
    citations: given.citations ?? [],
    card: known ? (card as Card) : null,
    ai_generated: given.ai_generated ?? false,
    cmid: given.cmid ?? null,
    channel: given.channel ?? "",
    display: given.display ?? null,
  };
}
