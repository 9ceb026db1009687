// Sound of a call, on the audio thread: 20 ms blocks of the microphone out, speech and marks in.

const BLOCK = 320; // samples at 16 kHz

class Microphone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.block = new Int16Array(BLOCK);
    this.filled = 0;
  }

  process([input]) {
    const samples = input[0] ?? [];
    for (const sample of samples) {
      this.block[this.filled++] = Math.max(-1, Math.min(1, sample)) * 32767;
      if (this.filled === BLOCK) {
        const whole = this.block.buffer;
        this.port.postMessage(whole, [whole]);
        this.block = new Int16Array(BLOCK);
        this.filled = 0;
      }
    }
    return true;
  }
}

class Speaker extends AudioWorkletProcessor {
  constructor() {
    super();
    this.queue = [];
    this.at = 0;
    this.port.onmessage = ({ data }) => {
      if (data === "clear") {
        this.port.postMessage({ cleared: this.queue.filter((each) => typeof each === "string") });
        this.queue = [];
        this.at = 0;
      } else this.queue.push(typeof data === "string" ? data : new Int16Array(data));
    };
  }

  process(_, [output]) {
    const out = output[0];
    for (let n = 0; n < out.length; ) {
      const first = this.queue[0];
      if (first === undefined) break;
      if (typeof first === "string") {
        this.port.postMessage({ played: first });
        this.queue.shift();
        continue;
      }
      const count = Math.min(out.length - n, first.length - this.at);
      for (let i = 0; i < count; i++) out[n++] = first[this.at++] / 32768;
      if (this.at === first.length) {
        this.queue.shift();
        this.at = 0;
      }
    }
    // A mark behind the last sample is reached with it.
    while (typeof this.queue[0] === "string") this.port.postMessage({ played: this.queue.shift() });
    return true;
  }
}

registerProcessor("microphone", Microphone);
registerProcessor("speaker", Speaker);
