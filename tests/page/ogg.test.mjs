// A recording in WebM becomes the same packets in Ogg.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { oggOf, oggSeconds } from "../../src/sandbox/page/assets/ogg.mjs";
import { parcels } from "../../src/sandbox/page/assets/parcel.mjs";

/** Ogg with Opus that others can play: a second of silence, 50 packets of 20 ms. */
const sample = new Uint8Array(readFileSync(new URL("../it/world/samples/voice.ogg", import.meta.url)));
const packet = [0xf8, 0xff, 0xfe];

const element = (id, content) => [...id, 0x40 | (content.length >> 8), content.length & 255, ...content];
const endless = (id, content) => [...id, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, ...content];
const block = (bytes) => element([0xa3], [0x81, 0, 0, 0x80, ...bytes]);

/** As the recorder of a browser writes: nothing says how long it will be. */
function webm(packets) {
  const head = element([0x1a, 0x45, 0xdf, 0xa3], [0x42, 0x82, 0x84, 0x77, 0x65, 0x62, 0x6d]);
  const tracks = element([0x16, 0x54, 0xae, 0x6b], element([0xae], [0xd7, 0x81, 1]));
  const cluster = (some) => endless([0x1f, 0x43, 0xb6, 0x75], [...element([0xe7], [0]), ...some.flatMap(block)]);
  const half = Math.ceil(packets.length / 2);
  return new Uint8Array([...head, ...endless([0x18, 0x53, 0x80, 0x67], [...tracks, ...cluster(packets.slice(0, half)), ...cluster(packets.slice(half))])]);
}

test("a recording becomes the very Ogg that others write", () => {
  const { bytes, seconds } = oggOf(webm(new Array(50).fill(packet)));
  const lastPage = 27 + 50 + 150;
  assert.deepEqual(bytes.slice(-lastPage), sample.slice(-lastPage));
  assert.equal(String.fromCharCode(...bytes.slice(28, 36)), "OpusHead");
  assert.equal(seconds, 1);
  assert.ok(Math.abs(oggSeconds(bytes) - 1) < 0.01);
});

test("a long recording has several pages and every packet", () => {
  const { bytes, seconds } = oggOf(webm(new Array(120).fill(packet)));
  assert.equal(seconds, 2.4);
  const text = Buffer.from(bytes).toString("latin1");
  assert.equal(text.split("OggS").length - 1, 5);
  assert.equal(text.split("\xf8\xff\xfe").length - 1, 120);
});

test("Ogg stays as it is, and nothing is no recording", () => {
  assert.equal(oggOf(sample).bytes, sample);
  assert.throws(() => oggOf(webm([])), /Nothing was recorded/);
  assert.throws(() => oggOf(new Uint8Array()), /Nothing was recorded/);
});

test("things of a kind go together, ten at most, and voice messages alone", () => {
  const of = (kind, count) => new Array(count).fill({ kind });
  const shape = (items) => parcels(items, "c").map((parcel) => [parcel.items[0].kind, parcel.items.length, parcel.caption]);
  assert.deepEqual(shape([...of("photo", 2), ...of("document", 1), ...of("photo", 1)]), [["photo", 3, "c"], ["document", 1, ""]]);
  assert.deepEqual(shape(of("document", 12)), [["document", 10, "c"], ["document", 2, ""]]);
  assert.deepEqual(shape(of("voice", 2)), [["voice", 1, "c"], ["voice", 1, ""]]);
});
