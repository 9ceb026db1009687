/** The HTTP calls of both pages. Addresses are on the page's own origin. */

import type {
  BankDocument,
  ConversationState,
  Found,
  Frame,
  Review,
  ReviewItem,
  SampleCustomer,
  Scope,
  ScopeChoices,
  Ticket,
} from "./protocol.ts";

/** An answer other than 2xx. `status` 0: the server could not be reached. */
export class HttpProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(`${status} ${code}`);
  }
}

interface Call {
  method?: "GET" | "POST";
  token?: string | null;
  body?: unknown;
}

async function call<Answer>(path: string, { method = "GET", token, body }: Call = {}) {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (token) headers["Authorization"] = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const options: RequestInit = { method, headers, credentials: "omit", cache: "no-store" };
  if (body !== undefined) options.body = JSON.stringify(body);
  let response: Response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new HttpProblem(0, "unreachable");
  }
  if (!response.ok) throw new HttpProblem(response.status, await problemCode(response));
  if (response.status === 204) return undefined as Answer;
  return (await response.json()) as Answer;
}

async function problemCode(response: Response): Promise<string> {
  try {
    return String(((await response.json()) as { code?: unknown }).code ?? "");
  } catch {
    return "";
  }
}

const part = encodeURIComponent;

/** Sample customers; 404 where there is no sandbox. */
export const sampleCustomers = () => call<SampleCustomer[]>("/v1/sandbox/customers");

export const signIn = (customerId: string, level: number) =>
  call<{ token: string; level: number }>("/v1/sandbox/sign-in", {
    method: "POST",
    body: { customer_id: customerId, level },
  });

/** A one-time ticket for the WebSocket; without a token, a visitor's. */
export const streamTicket = (token: string | null) =>
  call<{ ticket: string; expires_at: string }>("/v1/tickets", { method: "POST", token });

/** Go on with a task begun in another channel; 404 for a token that is used, too old or not ours. */
export const continueTask = (token: string | null, taskToken: string) =>
  call<{ conversation_id: string }>("/v1/tasks/continue", {
    method: "POST",
    token,
    body: { token: taskToken },
  });

export const bankDocument = (documentId: string, version: string | null) =>
  call<BankDocument>(
    `/v1/documents/${part(documentId)}${version ? `?version=${part(version)}` : ""}`,
  );

export const staffSignIn = (colleague: string) =>
  call<{ token: string }>("/v1/sandbox/staff-sign-in", { method: "POST", body: { colleague } });

export const queue = (token: string) =>
  call<{ tickets: Ticket[] }>("/v1/staff/queue", { token });

/** Passages of the bank's documents, best first; `on` is an ISO day, "" for today. */
export const searchDocuments = (token: string, question: string, on: string, scope: Scope) => {
  const asked = Object.entries({ q: question, on, ...scope }).filter(([, value]) => value !== "");
  return call<Found>(`/v1/staff/search?${new URLSearchParams(asked)}`, { token });
};

export const searchScopes = (token: string) =>
  call<ScopeChoices>("/v1/staff/search/scopes", { token });

export const acceptTicket = (token: string, ticketId: string) =>
  call<unknown>(`/v1/staff/tickets/${part(ticketId)}/accept`, { method: "POST", token });

export const sayToCustomer = (token: string, ticketId: string, text: string) =>
  call<unknown>(`/v1/staff/tickets/${part(ticketId)}/messages`, {
    method: "POST",
    token,
    body: { text },
  });

export const closeTicket = (token: string, ticketId: string) =>
  call<unknown>(`/v1/staff/tickets/${part(ticketId)}/close`, { method: "POST", token });

export const reviews = (token: string) =>
  call<{ reviews: Review[]; reasons: ReviewItem[] }>("/v1/staff/reviews", { token });

export const review = (token: string, id: string) =>
  call<Review>(`/v1/staff/reviews/${part(id)}`, { token });

export const claimReview = (token: string, id: string) =>
  call<unknown>(`/v1/staff/reviews/${part(id)}/claim`, { method: "POST", token });

export const decideReview = (token: string, id: string, body: unknown) =>
  call<unknown>(`/v1/staff/reviews/${part(id)}/decision`, { method: "POST", token, body });

/** 404: a contact who never wrote. */
export const staffContact = (token: string, contact: string) =>
  call<{ state: ConversationState }>(`/v1/staff/contacts/${part(contact)}`, { token });

export const conversationState = (token: string, conversationId: string) =>
  call<ConversationState>(`/v1/staff/conversations/${part(conversationId)}/state`, { token });

export const staffConversation = (token: string, conversationId: string) =>
  call<{ frames: Frame[] }>(`/v1/staff/conversations/${part(conversationId)}`, { token });
