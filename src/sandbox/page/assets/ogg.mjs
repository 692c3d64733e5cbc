// Voice messages as Telegram's apps record them: Opus in Ogg. Most browsers record Opus in WebM; the packets are the same,
// so they are taken out of the one and put into the other, without a codec. Pure: testable with Node alone.

const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;
const BLOCK_GROUP = 0xa0;
const BLOCK = 0xa1;
const SIMPLE_BLOCK = 0xa3;
const PARENTS = new Set([SEGMENT, CLUSTER, BLOCK_GROUP]);

// Opus counts 48 samples in a millisecond, whatever was recorded.
const PER_MS = 48;
// What a decoder drops at the beginning: the usual number.
const PRE_SKIP = 312;
// Packets in one page of Ogg: about a second.
const IN_A_PAGE = 50;

/** A recording as Ogg, and how long it plays: `{ bytes, seconds }`. What is Ogg already stays as it is. */
export function oggOf(bytes) {
  if (String.fromCharCode(...bytes.slice(0, 4)) === "OggS") return { bytes, seconds: oggSeconds(bytes) };
  const packets = [...packetsOf(bytes, 0, bytes.length)];
  if (packets.length === 0) throw new Error("Nothing was recorded.");
  return oggWith(packets);
}

/** How long Ogg with Opus plays: its last page says how many samples there are. */
export function oggSeconds(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = bytes.length - 14; at >= 0; at -= 1) {
    if (view.getUint32(at) === 0x4f676753) return Number(view.getBigUint64(at + 6, true)) / (PER_MS * 1000);
  }
  return 0;
}

/** The packets in the blocks of a WebM file: its elements, one in another. */
function* packetsOf(bytes, start, end) {
  let at = start;
  while (at < end) {
    const id = number(bytes, at, true);
    const size = number(bytes, at + id.length, false);
    const from = at + id.length + size.length;
    // A live recording does not know how long it will be: then everything that follows is inside.
    const to = size.unknown ? end : Math.min(from + size.value, end);
    if (PARENTS.has(id.value)) yield* packetsOf(bytes, from, to);
    // Before the packet: the track (one byte), its time (two), flags (one).
    else if (id.value === SIMPLE_BLOCK || id.value === BLOCK) yield bytes.subarray(from + 4, to);
    at = to;
  }
}

/** A number of variable length; an id keeps the mark that tells the length. */
function number(bytes, at, isId) {
  const first = bytes[at] ?? 0x80;
  const length = Math.clz32(first) - 23;
  let value = isId ? first : first & (0xff >> length);
  let unknown = !isId && value === 0xff >> length;
  for (let i = 1; i < length; i += 1) {
    const byte = bytes[at + i] ?? 0;
    value = value * 256 + byte;
    unknown &&= byte === 0xff;
  }
  return { value, length, unknown };
}

/** Samples that a packet holds (RFC 6716, 3.1). */
function samples(packet) {
  const config = packet[0] >> 3;
  const ms = config < 12 ? [10, 20, 40, 60][config & 3] : config < 16 ? [10, 20][config & 1] : [2.5, 5, 10, 20][config & 3];
  const frames = [1, 2, 2, (packet[1] ?? 0) & 63][packet[0] & 3];
  return ms * PER_MS * frames;
}

function oggWith(packets) {
  const text = new TextEncoder();
  const head = new Uint8Array([...text.encode("OpusHead"), 1, 1, PRE_SKIP & 255, PRE_SKIP >> 8, 0x80, 0xbb, 0, 0, 0, 0, 0]);
  const tags = new Uint8Array([...text.encode("OpusTags"), 7, 0, 0, 0, ...text.encode("sandbox"), 0, 0, 0, 0]);
  const pages = [page([head], { flags: 2, place: 0, number: 0 }), page([tags], { flags: 0, place: 0, number: 1 })];
  let place = PRE_SKIP;
  for (let at = 0; at < packets.length; at += IN_A_PAGE) {
    const some = packets.slice(at, at + IN_A_PAGE);
    place += some.reduce((sum, packet) => sum + samples(packet), 0);
    const last = at + IN_A_PAGE >= packets.length;
    pages.push(page(some, { flags: last ? 4 : 0, place, number: pages.length }));
  }
  const bytes = new Uint8Array(pages.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const one of pages) {
    bytes.set(one, at);
    at += one.length;
  }
  return { bytes, seconds: (place - PRE_SKIP) / (PER_MS * 1000) };
}

function page(packets, { flags, place, number }) {
  const lacing = packets.flatMap(({ length }) => [...new Array(Math.floor(length / 255)).fill(255), length % 255]);
  const start = 27 + lacing.length;
  const bytes = new Uint8Array(start + packets.reduce((sum, { length }) => sum + length, 0));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x4f676753);
  bytes[5] = flags;
  view.setBigUint64(6, BigInt(place), true);
  view.setUint32(14, 0x52475253, true);
  view.setUint32(18, number, true);
  bytes[26] = lacing.length;
  bytes.set(lacing, 27);
  let at = start;
  for (const packet of packets) {
    bytes.set(packet, at);
    at += packet.length;
  }
  view.setUint32(22, checksum(bytes), true);
  return bytes;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 0x80000000 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
  return sum;
});

/** The checksum of Ogg, over the page with zeros in its place. */
const checksum = (bytes) => bytes.reduce((sum, byte) => ((sum << 8) ^ TABLE[(sum >>> 24) ^ byte]) >>> 0, 0);
