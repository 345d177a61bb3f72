// The page of a study: shows the table, checks it, cuts it into shares, seals them to the servers and hands them in.
// Nothing else leaves the browser. Shares and messages are those of include/tacit/study/submission.hpp, sealing that of
// include/tacit/party/sealed.hpp.
"use strict";

// Bytes

const bytesOf = (words) => new TextEncoder().encode(words);
const fromHex = (digits) => Uint8Array.from(digits.match(/../g), (pair) => parseInt(pair, 16));
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

function join(...pieces) {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

function randomBytes(count) {
  const bytes = new Uint8Array(count);
  for (let at = 0; at < count; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
  return bytes;
}

// 64-bit integers, little endian.
function toBytes(numbers) {
  const view = new DataView(new ArrayBuffer(8 * numbers.length));
  numbers.forEach((number, i) => view.setBigUint64(8 * i, BigInt.asUintN(64, number), true));
  return new Uint8Array(view.buffer);
}
function toNumbers(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / 8 }, (_, i) => view.getBigUint64(8 * i, true));
}

const sha256 = async (...pieces) => new Uint8Array(await crypto.subtle.digest("SHA-256", join(...pieces)));

// HPKE, base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM (RFC 9180)

const kemSuite = join(bytesOf("KEM"), [0, 0x20]);
const suite = join(bytesOf("HPKE"), [0, 0x20, 0, 1, 0, 1]);
const none = new Uint8Array(0);
const noSalt = new Uint8Array(32); // to HMAC the same as an empty key, which browsers refuse

async function hmac(key, ...pieces) {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, join(...pieces)));
}
const extract = (of, salt, label, input) => hmac(salt, bytesOf("HPKE-v1"), of, bytesOf(label), input);
const expand = async (of, key, label, info, length) =>
  (await hmac(key, [0, length], bytesOf("HPKE-v1"), of, bytesOf(label), info, [1])).slice(0, length);

async function seal(receiver, message, associated) {
  const pair = await crypto.subtle.generateKey({ name: "X25519" }, false, ["deriveBits"]);
  const encapsulated = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const theirs = await crypto.subtle.importKey("raw", receiver, { name: "X25519" }, false, []);
  const bits = await crypto.subtle.deriveBits({ name: "X25519", public: theirs }, pair.privateKey, 256);
  const prk = await extract(kemSuite, noSalt, "eae_prk", new Uint8Array(bits));
  const shared = await expand(kemSuite, prk, "shared_secret", join(encapsulated, receiver), 32);
  const context = join([0], await extract(suite, noSalt, "psk_id_hash", none),
    await extract(suite, noSalt, "info_hash", bytesOf("tacit sealed message")));
  const secret = await extract(suite, shared, "secret", none);
  const key = await crypto.subtle.importKey("raw", await expand(suite, secret, "key", context, 16), "AES-GCM", false,
    ["encrypt"]);
  const iv = await expand(suite, secret, "base_nonce", context, 12);
  const cipher = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: associated }, key, message);
  return join(encapsulated, new Uint8Array(cipher));
}

// Submissions

const contributorOf = async (invitation) =>
  (await sha256(bytesOf("tacit study invitation"), invitation)).slice(0, 16);

// One component for each server; together they add up to the words modulo 2^64.
function cut(words, count) {
  const rest = words.slice();
  const components = [];
  for (let m = 0; m + 1 < count; ++m) {
    components.push(randomBytes(8 * words.length));
    toNumbers(components[m]).forEach((number, i) => { rest[i] -= number; });
  }
  return [...components, toBytes(rest)];
}

async function makeSubmission(study, contributor, version, words) {
  const openings = cut(words, study.servers.length).map((component) => join(randomBytes(32), component));
  const prefix = join(bytesOf("TSS1"), fromHex(study.hash), contributor, toBytes([BigInt(version)]));
  let header = prefix;
  for (const [m, opening] of openings.entries()) {
    header = join(header, await sha256(bytesOf("tacit study component"), prefix, [m], opening));
  }
  let bytes = header;
  for (const [j, server] of study.servers.entries()) {
    const message = join(...openings.filter((_, m) => m !== j)); // a server lacks the component of its own number
    bytes = join(bytes, await seal(fromHex(server.key), message, join(header, [j])));
  }
  return { bytes, receipt: toHex(await sha256(header)) };
}

// The table

const element = (id) => document.getElementById(id);
const decimal = (value, digits) => {
  const text = (value < 0n ? -value : value).toString().padStart(digits + 1, "0");
  const whole = (value < 0n ? "-" : "") + text.slice(0, text.length - digits);
  return digits === 0 ? whole : `${whole}.${text.slice(-digits)}`;
};

// What is typed into a cell, in units of the last digit; or { wrong } with what to do about it.
function readNumber(typed, column) {
  const text = typed.trim();
  const match = /^(-?)(\d{1,18})(?:\.(\d+))?$/.exec(text);
  if (!match) return { wrong: "This is no number: use digits and a point, 1234.50, without separators." };
  const behind = match[3] ?? "";
  if (behind.length > column.digits) return { wrong: `At most ${column.digits} digits behind the point.` };
  const size = BigInt(match[2] + behind.padEnd(column.digits, "0"));
  const value = match[1] ? -size : size;
  if (value < column.low || value > column.high) {
    return { wrong: `Between ${decimal(column.low, column.digits)} and ${decimal(column.high, column.digits)}.` };
  }
  return { value };
}

// All combinations of levels, the last group's changing fastest.
const cellsOf = (groups) =>
  groups.reduce((rows, group) => rows.flatMap((row) => group.levels.map((level) => [...row, level])), [[]]);

function addTo(parent, tag, text = "") {
  const child = document.createElement(tag);
  child.textContent = text;
  return parent.appendChild(child);
}

// One row of inputs for each cell.
function showTable(study) {
  const head = addTo(addTo(element("table"), "thead"), "tr");
  for (const group of study.groups) addTo(head, "th", group.name);
  for (const column of study.columns) addTo(head, "th", column.unit ? `${column.name} (${column.unit})` : column.name);
  const body = addTo(element("table"), "tbody");
  return cellsOf(study.groups).map((levels, cell) => {
    const row = addTo(body, "tr");
    for (const level of levels) addTo(row, "th", level);
    return study.columns.map((column, k) => {
      const place = addTo(row, "td");
      const input = addTo(place, "input");
      const wrong = addTo(place, "span");
      input.inputMode = "decimal";
      input.id = `input-${cell}-${k}`;
      wrong.id = `wrong-${cell}-${k}`;
      wrong.className = "wrong";
      input.setAttribute("aria-label", `${levels.join(", ")}: ${column.name}`);
      input.setAttribute("aria-describedby", wrong.id);
      return { input, wrong };
    });
  });
}

function mark({ input, wrong }, text) {
  wrong.textContent = text;
  input.setAttribute("aria-invalid", text === "" ? "false" : "true");
}

// The words of the table, or nothing if something has to be mended, which is said at the cell.
function readTable(study, rows) {
  const words = Array(rows.length * (1 + study.columns.length)).fill(0n);
  let first = null;
  rows.forEach((row, cell) => {
    const filled = row.some(({ input }) => input.value.trim() !== "");
    if (filled) words[cell] = 1n;
    row.forEach((field, k) => {
      const column = study.columns[k];
      const empty = field.input.value.trim() === "";
      const read = !filled ? { value: column.low }
        : empty ? { wrong: "Fill this in too, or empty the whole row." } : readNumber(field.input.value, column);
      mark(field, read.wrong ?? "");
      if (read.wrong) first ??= field.input;
      else words[(1 + k) * rows.length + cell] = read.value - column.low;
    });
  });
  first?.focus();
  return first ? null : words;
}

// Rows and columns copied from a spreadsheet fill in cells from the one where they are pasted.
function pasteInto(rows, event) {
  const at = /^input-(\d+)-(\d+)$/.exec(event.target.id);
  const lines = event.clipboardData.getData("text").replace(/\r?\n$/, "").split(/\r?\n/);
  if (!at || (lines.length === 1 && !lines[0].includes("\t"))) return;
  event.preventDefault();
  lines.forEach((line, i) => line.split("\t").forEach((text, k) => {
    const field = rows[Number(at[1]) + i]?.[Number(at[2]) + k];
    if (field) field.input.value = text.trim();
  }));
}

// The server

async function ask(path, body) {
  const answer = await fetch(path, { method: body === undefined ? "GET" : "POST", body, cache: "no-store" });
  const content = await answer.json();
  if (!answer.ok) throw new Error(content.error);
  return content;
}

function say(text, wrong = false) {
  element("message").textContent = text;
  element("message").className = wrong ? "wrong" : "";
}

async function handIn(study, rows, invitation) {
  const words = readTable(study, rows);
  if (!words) return say("Nothing was sent: some cells have to be mended.", true);
  if (!words.slice(0, rows.length).includes(1n)) return say("Nothing was sent: the table is empty.", true);
  const { version } = await ask("status", toHex(invitation));
  const made = await makeSubmission(study, await contributorOf(invitation), version + 1, words);
  const { receipt } = await ask("submit", join(invitation, made.bytes));
  if (receipt !== made.receipt) throw new Error("the server confirmed another submission; tell who runs the study");
  return say(`Handed in as version ${version + 1}. Receipt: ${receipt}. With the same link you can correct it ` +
    "until the study closes; only the last version counts.");
}

function describe(study) {
  document.title = study.title;
  element("title").textContent = study.title;
  element("text").textContent = study.text;
  element("number").textContent = study.hash.slice(0, 16);
  element("trust").textContent = `Your browser cuts every number into random parts and seals them to ` +
    `${study.servers.map((server) => server.name).join(", ")}. No single one of them can read your table, nor can ` +
    `this web server; two of them together could. Only sums over at least ${study.fewest} contributors are shown, to ` +
    `the analyst. Leave rows empty that do not apply. Open until ${new Date(1000 * study.deadline).toLocaleString()}.`;
}

// Old browsers lack X25519; pages without HTTPS have no cryptography at all.
async function checkBrowser() {
  try {
    await crypto.subtle.generateKey({ name: "X25519" }, false, ["deriveBits"]);
  } catch {
    throw new Error("this browser cannot seal numbers; use a current one, with a link that begins with https");
  }
}

async function main() {
  if (!/^#[0-9a-f]{32}$/.test(location.hash)) throw new Error("this link is not whole; use the one you were sent");
  await checkBrowser();
  const invitation = fromHex(location.hash.slice(1));
  const study = await ask("study.json");
  for (const column of study.columns) {
    column.low = BigInt(column.low);
    column.high = BigInt(column.high);
  }
  describe(study);
  const status = await ask("status", toHex(invitation));
  if (!status.open) return say("The study is closed: nothing more is taken, what was handed in counts.", true);
  if (status.version > 0) say("You have handed in a table. Handing in another one replaces it.");
  const rows = showTable(study);
  element("table").addEventListener("paste", (event) => pasteInto(rows, event));
  element("submit").disabled = false;
  element("form").addEventListener("submit", (event) => {
    event.preventDefault();
    element("submit").disabled = true;
    say("Sealing …");
    handIn(study, rows, invitation)
      .catch((error) => say(`Not handed in: ${error.message}`, true))
      .finally(() => { element("submit").disabled = false; });
  });
  return undefined;
}

main().catch((error) => say(`Cannot begin: ${error.message}`, true));
