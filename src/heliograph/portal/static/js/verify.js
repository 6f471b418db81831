/* verify.js — 在读者的设备上核验收录证明（C2SP tlog-proof）。文件不离开浏览器；只向本站取公钥 policy.txt。
   Checks of one proof file, as kernel/tlog and verifier/ do them: form, commitment, leaf, inclusion, log signature,
   cosignatures, quorum. Ed25519 only: ML-DSA-44 and SM2 lines are passed over and said to be. */
import { verifyAsync } from '../vendor/noble-ed25519-2.3.0.js';

const HEADER = 'c2sp.org/tlog-proof@v1';
const LABEL = 'heliograph/record/v1\0';
const LIMIT = 1000000;
const MAX_HASHES = 63;
const MAX_SIGNATURES = 100;
const MAX_DEPTH = 64;
const HASH = 32;
const KEY_ID = 4;
const TIME = 8;
const ED25519 = 1;
const COSIGNATURE = 4;
const KINDS = { 'entry.published': '公开', 'entry.corrected': '公开新的一版', 'entry.withdrawn': '撤回', 'ledger.anchor': '过程存证的状态', 'log.begun': '日志启用' };
const ACT_OF_ENTRY = /^entry\./;

class Unreadable extends Error {}
class BadSignature extends Error {}

// ---- forms: each value has exactly one spelling ----------------------------------------------------------------------
const encoder = new TextEncoder();
function refuse(why) { throw new Unreadable(why); }
function textOf(bytes) {
  let text;
  if (bytes.length > LIMIT) { refuse('文件超过 1 MB'); }
  try { text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes); } catch (e) { refuse('不是 UTF-8 文本'); }
  // eslint-disable-next-line no-control-regex
  if (/[\x00-\x09\x0b-\x1f]/.test(text)) { refuse('含有控制字符'); }
  return text;
}
function fromBase64(text) {
  let raw;
  try { raw = atob(text); } catch (e) { refuse('Base64 编码不合规范'); }
  if (btoa(raw) !== text) { refuse('Base64 编码不合规范'); }
  return Uint8Array.from(raw, (c) => c.charCodeAt(0));
}
function toHash(text) { const found = fromBase64(text); return found.length === HASH ? found : refuse('指纹应为 32 字节'); }
function toNumber(text) {
  if (!/^(0|[1-9][0-9]{0,18})$/.test(text)) { refuse('数字不合规范'); }
  return BigInt(text);
}
function hex(bytes) { return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join(''); }
function same(a, b) { return a.length === b.length && a.every((value, i) => value === b[i]); }
function join(...parts) {
  const all = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  parts.forEach((part) => { all.set(part, at); at += part.length; });
  return all;
}
async function sha256(...parts) { return new Uint8Array(await crypto.subtle.digest('SHA-256', join(...parts))); }
function isObject(value) { return typeof value === 'object' && value !== null && !Array.isArray(value); }

// RFC 8785, narrowed as the records are: no floats, keys in ASCII. Written to text at once: a key may be `__proto__`.
function canonical(value, depth = 0) {
  if (depth > MAX_DEPTH) { refuse('内容嵌套过深'); }
  if (Array.isArray(value)) { return `[${value.map((one) => canonical(one, depth + 1)).join(',')}]`; }
  if (isObject(value)) {
    const keys = Object.keys(value).sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key], depth + 1)}`).join(',')}}`;
  }
  if (typeof value === 'number' && !Number.isSafeInteger(value)) { refuse('内容里有小数或者过大的数'); }
  return JSON.stringify(value);
}
function canonicalJson(bytes) {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  const value = JSON.parse(text);
  return canonical(value) === text ? value : refuse('JSON 不是规范写法');
}

function parseNote(note) {
  const border = note.lastIndexOf('\n\n');
  if (border < 0 || !note.endsWith('\n')) { refuse('检查点格式不合规范'); }
  const lines = note.slice(border + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) { refuse('签名过多'); }
  const signatures = lines.map((line) => {
    const found = /^\u2014 ([^ ]+) ([^ ]+)$/.exec(line) || refuse('签名行不合规范');
    const data = fromBase64(found[2]);
    if (data.length <= KEY_ID) { refuse('签名行不合规范'); }
    return { name: found[1], keyId: hex(data.slice(0, KEY_ID)), value: data.slice(KEY_ID) };
  });
  const text = note.slice(0, border + 1);
  const head = text.slice(0, -1).split('\n');
  if (head.length !== 3 || head[0] === '') { refuse('检查点格式不合规范'); }
  return { text, signatures, origin: head[0], size: toNumber(head[1]), root: toHash(head[2]) };
}

function parseProof(bytes) {
  const text = textOf(bytes);
  if (!text.startsWith(`${HEADER}\n`)) { refuse('首行不是收录证明的标志'); }
  const border = text.indexOf('\n\n');
  if (border < 0) { refuse('缺少检查点'); }
  const lines = text.slice(HEADER.length + 1, border).split('\n');
  const extra = lines[0].startsWith('extra ') ? fromBase64(lines.shift().slice(6)) : refuse('没有附日志条目');
  if (!lines.length || !lines[0].startsWith('index ')) { refuse('没有位置'); }
  const index = toNumber(lines.shift().slice(6));
  if (lines.length > MAX_HASHES) { refuse('收录证明过长'); }
  const told = canonicalJson(extra);
  if (!isObject(told) || typeof told.leaf !== 'string') { refuse('没有附日志条目'); }
  if ((told.manifest === undefined) !== (told.salt === undefined)) { refuse('内容和盐值须同时存在'); }
  if (told.manifest !== undefined && !isObject(told.manifest)) { refuse('内容不合规范'); }
  const leafBytes = fromBase64(told.leaf);
  const leaf = canonicalJson(leafBytes);
  if (!isObject(leaf) || typeof leaf.c !== 'string') { refuse('日志条目不合规范'); }
  return {
    index, leafBytes, leaf, hashes: lines.map(toHash), note: parseNote(text.slice(border + 2)),
    manifest: told.manifest, salt: told.salt === undefined ? undefined : toHash(told.salt),
  };
}

async function parseVkey(vkey) {
  const found = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey) || refuse('公钥不合规范');
  const data = fromBase64(found[3]);
  const id = hex((await sha256(encoder.encode(`${found[1]}\n`), data)).slice(0, KEY_ID));
  return id === found[2] ? { name: found[1], keyId: id, kind: data[0], key: data.slice(1) } : refuse('公钥不合规范');
}

async function parsePolicy(text) {
  const policy = { logs: [], witnesses: [], groups: [], quorum: null };
  for (const line of text.split('\n')) {
    const words = line.split(/[ \t]+/).filter((word) => word);
    if (!words.length || words[0].startsWith('#')) { continue; }
    if (words[0] === 'log' && words.length >= 2) {
      policy.logs.push(await parseVkey(words[1]));
    } else if (words[0] === 'witness' && words.length >= 3) {
      policy.witnesses.push({ label: words[1], ...await parseVkey(words[2]) });
    } else if (words[0] === 'group' && words.length >= 4) {
      const members = words.slice(3);
      const threshold = { any: 1, all: members.length }[words[2]] || Number(toNumber(words[2]));
      if (threshold < 1 || threshold > members.length) { refuse('见证规则不合规范'); }
      policy.groups.push({ label: words[1], threshold, members });
    } else if (words[0] === 'quorum' && words.length === 2 && policy.quorum === null) {
      policy.quorum = words[1];
    } else { refuse('见证规则不合规范'); }
  }
  // A witness's plain signature would say nothing of when, and a log's cosignature would count as a witness's.
  if (policy.logs.some((key) => key.kind === COSIGNATURE) || policy.witnesses.some((key) => key.kind === ED25519)) { refuse('见证规则不合规范'); }
  return policy.quorum === null ? refuse('见证规则不合规范') : policy;
}

// ---- checks ----------------------------------------------------------------------------------------------------------
// RFC 9162, 2.1.3.2: the way up has exactly one length.
async function included(index, size, leaf, hashes, root) {
  if (index >= size) { return false; }
  let place = index;
  let last = size - 1n;
  let found = leaf;
  for (const sibling of hashes) {
    if (last === 0n) { return false; }
    if (place & 1n || place === last) {
      found = await sha256(Uint8Array.of(1), sibling, found);
      while (place && !(place & 1n)) { place >>= 1n; last >>= 1n; }
    } else {
      found = await sha256(Uint8Array.of(1), found, sibling);
    }
    place >>= 1n;
    last >>= 1n;
  }
  return last === 0n && same(found, root);
}

async function signedBy(key, signature, message) {
  try { return await verifyAsync(signature, message, key, { zip215: false }); } catch (e) { return false; }
}

// Every line by a known key has to hold: one bad line refuses the whole note.
async function judge(note, policy) {
  const found = { logs: [], seen: new Map(), skipped: [] };
  const logs = policy.logs.filter((key) => key.name === note.origin);
  for (const line of note.signatures) {
    const fits = (key) => key.name === line.name && key.keyId === line.keyId;
    const key = logs.find(fits) || policy.witnesses.find(fits);
    if (!key) { continue; }
    if (key.kind === ED25519) {
      if (!await signedBy(key.key, line.value, encoder.encode(note.text))) { throw new BadSignature(key.name); }
      found.logs.push(key.name);
    } else if (key.kind === COSIGNATURE) {
      const seconds = line.value.length > TIME ? new DataView(line.value.buffer).getBigUint64(0) : 0n;
      const message = encoder.encode(`cosignature/v1\ntime ${seconds}\n${note.text}`);
      if (!await signedBy(key.key, line.value.slice(TIME), message)) { throw new BadSignature(key.label || key.name); }
      if (!found.seen.has(key.label)) { found.seen.set(key.label, new Date(Number(seconds) * 1000)); }
    } else { found.skipped.push(key.label || key.name); }
  }
  const reached = new Set(found.seen.keys());
  policy.groups.forEach((group) => { if (group.members.filter((name) => reached.has(name)).length >= group.threshold) { reached.add(group.label); } });
  found.quorum = policy.quorum === 'none' || reached.has(policy.quorum);
  return found;
}

// The public part of an entry tells the same as its content: kind, number, time to the second.
function leafFits(leaf, manifest) {
  const at = /^(.{19})(\.[0-9]{1,6})?\+00:00$/.exec(manifest.at);
  return leaf.kind === manifest.kind && leaf.id === manifest.id && at !== null && `${at[1]}Z` === leaf.at;
}

const CLOCK = new Intl.DateTimeFormat('zh-CN', { year: 'numeric', month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: 'Asia/Shanghai' });
function moment(value) {
  const part = {};
  CLOCK.formatToParts(value).forEach((one) => { part[one.type] = one.value; });
  return `${part.year} 年 ${part.month} 月 ${part.day} 日 ${part.hour}:${part.minute}`;
}

async function contentChecks(proof) {
  if (proof.manifest === undefined) { return [['skip', '公开内容', '文件没有附内容（已依法删除），只核验收录。']]; }
  const written = encoder.encode(canonical(proof.manifest));
  const committed = hex(await sha256(encoder.encode(LABEL), proof.salt, written));
  if (committed !== proof.leaf.c) { return [['bad', '公开内容', '与日志条目的指纹不一致：内容被改动过。']]; }
  const content = ['ok', '公开内容', '与日志条目的指纹一致。'];
  if (proof.leaf.kind === undefined) { return [content]; } // an entry of the process log shows its fingerprint alone
  return [
    content,
    leafFits(proof.leaf, proof.manifest) ? ['ok', '条目信息', '条目所载的行为、编号和时间与内容一致。'] : ['bad', '条目信息', '条目所载的行为、编号或者时间与内容不一致。'],
  ];
}

async function treeCheck(proof) {
  const leaf = await sha256(Uint8Array.of(0), proof.leafBytes);
  const holds = await included(proof.index, proof.note.size, leaf, proof.hashes, proof.note.root);
  return holds
    ? ['ok', '收录', `确在日志 ${proof.note.origin} 里，位置 ${proof.index}（从 0 数起），日志当时共 ${proof.note.size} 条。`]
    : ['bad', '收录', '收录证明不成立：条目、位置或者检查点被改动过。'];
}

function witnessCheck(found, policy, origin) {
  const names = Array.from(found.seen, ([name, at]) => `${name}（${moment(at)}）`).join('；');
  if (policy.quorum === 'none') { return ['skip', '见证', names ? `见证规则没有规定数量；已见证：${names}。` : '见证规则没有要求见证。']; }
  if (origin.split('/').includes('process') && !names) { return ['skip', '见证', '过程日志由机关签名，其状态以锚定条目进入公开日志后由见证方见证；锚定须用机关导出的存证和 heliograph-verify 核验。']; }
  return found.quorum
    ? ['ok', '见证', `达到规定的数量：${names}。`]
    : ['bad', '见证', names ? `没有达到规定的数量，只有：${names}。` : '没有有效的见证。'];
}

async function signatureChecks(proof, policy) {
  let found;
  try { found = await judge(proof.note, policy); } catch (error) {
    if (error instanceof BadSignature) { return [['bad', '签名', `${error.message} 的签名无效。`]]; }
    throw error;
  }
  const rows = [found.logs.length ? ['ok', '日志签名', '检查点由本平台的日志签名。'] : ['bad', '日志签名', '检查点没有本平台日志的有效签名。'], witnessCheck(found, policy, proof.note.origin)];
  if (found.skipped.length) { rows.push(['skip', '其他签名', `另有 ${found.skipped.length} 个签名（ML-DSA-44 或者 SM2）不在浏览器里核验，可以用 heliograph-verify 核验。`]); }
  return rows;
}

async function checkProof(proof, policy) {
  return [...await contentChecks(proof), await treeCheck(proof), ...await signatureChecks(proof, policy)];
}

// ---- page ------------------------------------------------------------------------------------------------------------
const main = document.getElementById('main');
const outcome = document.querySelector('[data-outcome]');
const drop = document.querySelector('[data-drop]');
const input = document.getElementById('proof-file');
const STATES = { ok: ['i-check', '通过'], bad: ['i-x', '不符'], skip: ['i-info', '未核验'] };

function make(name, attributes, ...children) {
  const node = document.createElement(name);
  Object.entries(attributes || {}).forEach(([key, value]) => node.setAttribute(key, value));
  node.append(...children);
  return node;
}
function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  svg.setAttribute('class', 'i');
  svg.setAttribute('aria-hidden', 'true');
  use.setAttribute('href', `${main.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}
function present(...nodes) { outcome.replaceChildren(...nodes); }

function valueText(value) {
  if (value === null || value === undefined || value === '' || (Array.isArray(value) && !value.length)) { return '暂未填写'; }
  if (typeof value === 'boolean') { return value ? '是' : '否'; }
  if (Array.isArray(value)) { return value.map(valueText).join('；'); }
  if (isObject(value)) {
    const rest = value.basis ? `（依据${valueText(value.basis)}）` : value.sha256 ? `（SHA-256 ${value.sha256}）` : '';
    return (value.text || value.name || JSON.stringify(value)) + rest;
  }
  const cited = /^([^@]+)@([0-9]{4}):([^()]+)(?:\((.+)\))?$/.exec(value);
  return cited ? `《${cited[1]}》（${cited[2]}）第 ${cited[3]} 条${cited[4] ? `（${cited[4]}）` : ''}` : String(value);
}

function facts(proof) {
  const { leaf, manifest } = proof;
  const list = make('dl', { class: 'facts' });
  const add = (label, text) => list.append(make('dt', {}, label), make('dd', {}, text));
  const told = manifest && isObject(manifest.published) ? manifest.published : {};
  const kind = leaf.kind || (manifest && manifest.kind) || '未写明';
  const fields = (Array.isArray(told.fields) ? told.fields : []).filter((field) => Array.isArray(field) && field.length === 2);
  if (told.title && !fields.some((field) => field[1] === told.title)) { add('名称', told.title); }
  add('记录的事', `${KINDS[kind] || kind}${told.version ? `第 ${told.version} 版` : ''}`);
  if (leaf.at && !Number.isNaN(Date.parse(leaf.at))) { add('记录时间', moment(new Date(leaf.at))); }
  if (leaf.agency) { add('机关代码', leaf.agency); }
  if (isObject(told.withdrawn)) { add('撤回理由', valueText(told.withdrawn.reason)); add('撤回依据', valueText(told.withdrawn.basis)); }
  fields.forEach((field) => add(String(field[0]), valueText(field[1])));
  return list;
}

function entryLink(proof) {
  const told = proof.manifest && proof.manifest.published;
  const plain = /^[-\w]+$/;
  if (!isObject(told) || !ACT_OF_ENTRY.test(proof.leaf.kind) || !plain.test(proof.leaf.agency) || !plain.test(told.register)) { return ''; }
  if (!Number.isSafeInteger(told.entry) || !Number.isSafeInteger(told.version)) { return ''; }
  const address = `/a/${proof.leaf.agency}/${told.register}/${told.entry}/v${told.version}/`;
  return make('p', { class: 'mt3' }, make('a', { href: address }, '在本平台查看这一条现在的情况'));
}

function verdict(rows) {
  const bad = rows.filter((row) => row[0] === 'bad');
  const open = rows.filter((row) => row[0] === 'skip').length;
  if (bad.length) { return ['red', 'i-x', '核验未通过', `${bad.map((row) => row[1]).join('、')}不符。请以公示页的内容为准，并向公开机关反映。`]; }
  return ['', 'i-shield', '核验通过', open ? `已核验的各项全部通过，另有 ${open} 项未核验，见下。` : '各项全部通过。'];
}

function showOutcome(name, proof, rows) {
  const [tone, sign, words, detail] = verdict(rows);
  const list = make('ul', { class: 'checks' }, ...rows.map(([state, title, text]) => make('li', { class: state === 'bad' ? 'no' : state === 'skip' ? 'open' : '' },
    icon(STATES[state][0]), make('span', {}, make('b', {}, `${title}：${STATES[state][1]}`), make('small', {}, text)))));
  const heading = make('h2', { tabindex: '-1' }, words);
  const panel = make('div', { class: `verify ${tone}` }, make('div', { class: 'state' }, icon(sign), heading, make('p', {}, detail)),
    list, make('p', { class: 'sm muted' }, `文件：${name}。本检查在您的设备上完成，没有上传文件。`));
  const shown = [panel];
  if (!tone) { shown.push(make('h2', { class: 'mt6' }, '证明所载的内容'), facts(proof), entryLink(proof)); }
  present(...shown);
  heading.focus();
}

function showProblem(text, tone) {
  const note = make('div', { class: `note ${tone}`, tabindex: '-1' }, icon('i-warn'), make('p', {}, text));
  present(note);
  note.focus();
}

async function policyOfSite() {
  const answer = await fetch(main.dataset.policy, { credentials: 'omit' });
  if (!answer.ok) { throw new Error(String(answer.status)); }
  return parsePolicy(await answer.text());
}

async function read(file) {
  if (file.size > LIMIT) { return refuse('文件超过 1 MB'); }
  return parseProof(new Uint8Array(await file.arrayBuffer()));
}

async function check(file) {
  let proof;
  let policy;
  present(make('p', { class: 'muted' }, '正在核验…'));
  try { proof = await read(file); } catch (error) {
    showProblem(`“${file.name}”不是可以核验的收录证明${error instanceof Unreadable ? `（${error.message}）` : ''}。请选择从公示页“查看收录证明”下载的 .tlog-proof 文件，不要改动它。`, 'red');
    return;
  }
  try { policy = await policyOfSite(); } catch (error) {
    showProblem('暂时无法核验：没有取到验证公钥。请稍后再试，或者用 heliograph-verify 和保存的 policy.txt 核验。', 'amber');
    return;
  }
  showOutcome(file.name, proof, await checkProof(proof, policy));
}

function take(files) { if (files.length) { check(files[0]); } }

function begin() {
  const notice = document.querySelector('[data-no-script]');
  if (!window.crypto || !crypto.subtle) {
    notice.querySelector('p').prepend('浏览器只在 https 网址下提供核验所需的功能。');
    return;
  }
  notice.hidden = true;
  drop.hidden = false;
  input.addEventListener('change', () => { take(input.files); input.value = ''; });
  ['dragover', 'drop'].forEach((kind) => document.addEventListener(kind, (event) => event.preventDefault()));
  ['dragenter', 'dragover'].forEach((kind) => drop.addEventListener(kind, () => drop.classList.add('over')));
  ['dragleave', 'drop'].forEach((kind) => drop.addEventListener(kind, () => drop.classList.remove('over')));
  document.addEventListener('drop', (event) => take(event.dataTransfer ? event.dataTransfer.files : []));
}
begin();
