/** One call: microphone and speaker on one side, `/v1/voice` on the other. */

import * as api from "./api.ts";
import type { Frame, Locale } from "./protocol.ts";

const RATE = 16_000;
const SUBPROTOCOL = "guitai.voice.v1";

export type CallState = "idle" | "connecting" | "open" | "ended" | "cut-off";

export interface CallEvents {
  changed(state: CallState): void;
  frame(type: string, body: Record<string, unknown>): void;
}

/** The microphone cannot be had. */
export class NoMicrophone extends Error {}

export class VoiceCall {
  conv: string | null = null;
  private socket: WebSocket | null = null;
  private context: AudioContext | null = null;
  private stream: MediaStream | null = null;
  private speaker: AudioWorkletNode | null = null;
  private wasEnded = false;

  constructor(private readonly events: CallEvents) {}

  /** Call; with a conversation of a call that was cut off, go on with it. */
  async start(token: string | null, locale: Locale): Promise<void> {
    this.wasEnded = false;
    this.events.changed("connecting");
    try {
      await this.openSound();
      const { ticket } = await api.streamTicket(token);
      this.dial(ticket, locale);
    } catch (problem) {
      this.close("ended");
      throw problem;
    }
  }

  key(digit: string): void {
    this.send("key", { digit });
  }

  hangUp(): void {
    this.send("bye", {});
    this.close("ended");
  }

  private async openSound(): Promise<void> {
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: true, noiseSuppression: true, channelCount: 1 },
      });
    } catch {
      throw new NoMicrophone();
    }
    const context = new AudioContext({ sampleRate: RATE });
    this.context = context;
    await context.audioWorklet.addModule("./voice-worklet.js");
    const microphone = new AudioWorkletNode(context, "microphone", { numberOfOutputs: 0 });
    microphone.port.onmessage = ({ data }) => this.sound(data as ArrayBuffer);
    context.createMediaStreamSource(this.stream).connect(microphone);
    const speaker = new AudioWorkletNode(context, "speaker", { outputChannelCount: [1] });
    speaker.port.onmessage = ({ data }) => {
      const told = data as { played?: string; cleared?: string[] };
      if (told.played !== undefined) this.send("played", { mark: told.played });
      else this.send("cleared", { marks: told.cleared ?? [], played_ms: 0 });
    };
    speaker.connect(context.destination);
    this.speaker = speaker;
  }

  private dial(ticket: string, locale: Locale): void {
    const address = new URL("/v1/voice", location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address, SUBPROTOCOL);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.addEventListener("open", () => {
      const audio = { encoding: "pcm_s16le", rate: RATE, channels: 1 };
      const hello = { ticket, locale, audio, ...(this.conv === null ? {} : { conv: this.conv }) };
      this.send("hello", hello);
    });
    socket.addEventListener("message", ({ data }) => {
      if (socket !== this.socket) return;
      if (data instanceof ArrayBuffer) this.speaker?.port.postMessage(data, [data]);
      else this.take(JSON.parse(String(data)) as Frame);
    });
    socket.addEventListener("close", () => {
      if (socket === this.socket) this.close(this.wasEnded ? "ended" : "cut-off");
    });
  }

  private take(frame: Frame): void {
    const body = frame.body as Record<string, unknown>;
    if (frame.type === "welcome") {
      this.conv = String(body["conv"]);
      this.events.changed("open");
    } else if (frame.type === "mark") this.speaker?.port.postMessage(String(body["mark"]));
    else if (frame.type === "clear") this.speaker?.port.postMessage("clear");
    else if (frame.type === "bye" || frame.type === "error") this.wasEnded = true;
    this.events.frame(frame.type, body);
  }

  private sound(block: ArrayBuffer): void {
    if (this.conv !== null && this.socket?.readyState === WebSocket.OPEN) this.socket.send(block);
  }

  private send(type: string, body: Record<string, unknown>): void {
    if (this.socket?.readyState === WebSocket.OPEN) {
      this.socket.send(JSON.stringify({ v: 1, type, body }));
    }
  }

  private close(state: CallState): void {
    const { socket } = this;
    this.socket = null;
    socket?.close();
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    void this.context?.close();
    this.stream = this.context = this.speaker = null;
    this.events.changed(state);
  }
}
