// Finding elements: Playwright's selector language as far as it is used on the wire, and the observed ids.
// Runs in an isolated world of the page; `notte` is the object that all files of this folder fill.
const notte = (globalThis.notte = { ids: new Map(), closed: new Map(), last: null });

// A form answers with the field of a name, and a document with the form or picture, before it answers for itself:
// `own.id(form)` is the id even where `form.id` is a field. Taken once, since pages have many elements.
const own = {};
const taken = (type, name) => {
  const { get, value } = Object.getOwnPropertyDescriptor(type.prototype, name);
  return Function.prototype.call.bind(get ?? value);
};
for (const [type, names] of [
  [Node, 'nodeType parentNode parentElement ownerDocument isConnected textContent firstChild nextSibling getRootNode'],
  [Element, 'localName tagName id shadowRoot assignedSlot getAttribute hasAttribute matches closest checkVisibility getBoundingClientRect'],
  [Element, 'getClientRects scrollIntoView scrollBy scrollTop scrollHeight clientHeight clientWidth clientLeft clientTop'],
  [Document, 'defaultView documentElement scrollingElement body title evaluate elementFromPoint createRange execCommand activeElement'],
]) for (const name of names.split(' ')) own[name] = taken(type, name);
for (const name of ['children', 'querySelectorAll']) {
  const of = { 1: taken(Element, name), 9: taken(Document, name), 11: taken(DocumentFragment, name) };
  own[name] = (parent, css) => of[own.nodeType(parent)](parent, css);
}

// The parts of a page behind a closed door, as the protocol gave them.
const openRoot = own.shadowRoot;
own.shadowRoot = (element) => openRoot(element) ?? notte.closed.get(element) ?? null;

// Elements that may have a closed one: of their own kind, or with nothing in them that is seen. Each is asked about once.
const asked = new WeakSet();
const HOSTS = new Set(['article', 'aside', 'blockquote', 'div', 'footer', 'header', 'main', 'nav', 'p', 'section', 'span']);
notte.doubtful = () => {
  const may = (element) => {
    const tag = tagOf(element);
    if (asked.has(element) || own.shadowRoot(element) || !(tag.includes('-') || (HOSTS.has(tag) && !own.firstChild(element)))) return false;
    const box = own.getBoundingClientRect(element);
    return box.width > 0 && box.height > 0;
  };
  notte.doubts = notte.roots(document).flatMap((root) => within(root, '*')).filter(may).slice(0, 40);
  for (const element of notte.doubts) asked.add(element);
  return notte.doubts.length;
};
notte.disclose = (root, place) => notte.closed.set(notte.doubts[place], root);

const within = (root, css) => [...own.querySelectorAll(root, css)];
const viewOf = (element) => own.defaultView(own.ownerDocument(element));
const tagOf = own.localName;

// Where a node hangs in the tree that is drawn: its slot, its parent, or the host of its shadow root.
const above = (node) => {
  const type = own.nodeType(node);
  return (type === 1 ? own.assignedSlot(node) : null) ?? own.parentNode(node) ?? (type === 11 ? node.host : null);
};

notte.text = (value) => String(value ?? '').replace(/\s+/g, ' ').trim();

// Every open root below `root`, itself first: the document or fragment, and the open shadow roots in it.
notte.roots = (root) => {
  const found = [root];
  const open = (element) => own.shadowRoot(element) && found.push(own.shadowRoot(element));
  if (own.nodeType(root) === 1) open(root);
  for (let i = 0; i < found.length; i++) for (const element of own.querySelectorAll(found[i], '*')) open(element);
  return found;
};

// The document and those of the frames in it, as far as they can be read.
notte.documents = (document) => {
  const frames = notte.roots(document).flatMap((root) => within(root, 'iframe,frame'));
  return [document, ...frames.flatMap((frame) => (frame.contentDocument ? notte.documents(frame.contentDocument) : []))];
};

const SHOWN = { visibilityProperty: true };
const filled = (box) => box.width > 0 && box.height > 0;

// Of what an element holds: its own box is empty where that floats, is placed, or where it has none at all.
const around = (element) => {
  const range = own.createRange(own.ownerDocument(element));
  range.selectNodeContents(element);
  return range;
};
notte.boxes = (element) => {
  const boxes = [...own.getClientRects(element)].filter(filled);
  return boxes.length || !own.firstChild(element) ? boxes : [...around(element).getClientRects()].filter(filled);
};

const shownAt = (element) =>
  own.checkVisibility(element, SHOWN) ||
  (getComputedStyle(element).display === 'contents' && own.parentElement(element) !== null && own.checkVisibility(own.parentElement(element), SHOWN));

notte.visible = (element) => shownAt(element) && notte.boxes(element).length > 0;

const ROLES = {
  a: (e) => (own.hasAttribute(e, 'href') ? 'link' : ''), button: () => 'button', summary: () => 'button', textarea: () => 'textbox',
  select: (e) => (e.multiple || e.size > 1 ? 'listbox' : 'combobox'), option: () => 'option', img: () => 'img',
  input: (e) =>
    ({ submit: 'button', button: 'button', reset: 'button', image: 'button', checkbox: 'checkbox', radio: 'radio', range: 'slider',
      number: 'spinbutton', search: 'searchbox', hidden: '' })[e.type] ?? 'textbox',
  h1: () => 'heading', h2: () => 'heading', h3: () => 'heading', h4: () => 'heading', h5: () => 'heading', h6: () => 'heading',
  nav: () => 'navigation', main: () => 'main', table: () => 'table', tr: () => 'row', td: () => 'cell', ul: () => 'list',
  ol: () => 'list', li: () => 'listitem', dialog: () => 'dialog', form: () => 'form', article: () => 'article',
};
notte.role = (element) => own.getAttribute(element, 'role')?.split(' ')[0] || (ROLES[tagOf(element)]?.(element) ?? '');

const NAMELESS = new Set(['select', 'textarea', 'input', 'script', 'style', 'datalist', 'noscript']);

// The text of a label, without that of the field in it.
const wording = (node) => {
  if (own.nodeType(node) === 3) return node.data;
  if (own.nodeType(node) !== 1 || NAMELESS.has(tagOf(node)) || !shownAt(node)) return ' ';
  let text = '';
  for (let child = own.firstChild(node); child; child = own.nextSibling(child)) text += wording(child);
  return text;
};
const labelText = (label) => (within(label, 'select,textarea').length ? wording(label) : label.innerText);

notte.name = (element) => {
  const tag = tagOf(element);
  const attribute = (name) => own.getAttribute(element, name);
  const labelled = attribute('aria-labelledby');
  if (labelled) {
    const root = own.getRootNode(element);
    const parts = labelled.split(/\s+/).map((id) => id && within(root, `#${CSS.escape(id)}`)[0]).map((e) => e && own.textContent(e));
    const joined = notte.text(parts.join(' '));
    if (joined) return joined.slice(0, 120);
  }
  if (attribute('aria-label')) return notte.text(attribute('aria-label')).slice(0, 120);
  if (tag !== 'form' && element.labels?.length) {
    const joined = notte.text([...element.labels].map(labelText).join(' '));
    if (joined) return joined.slice(0, 120);
  }
  if (tag === 'input' && ['submit', 'button', 'reset'].includes(element.type)) return element.value || element.type;
  const told = attribute('placeholder') || attribute('alt') || attribute('title');
  const text = ['select', 'textarea', 'input'].includes(tag) ? '' : notte.text(element.innerText);
  const image = text ? '' : within(element, 'img[alt]')[0]?.alt;
  return (text || notte.text(told || image) || attribute('name') || '').slice(0, 120);
};

// `"text"`, `"text"i` and `"text"s` of Playwright's internal engines, `/pattern/`, or bare text: a test of a text.
const matcher = (source, exactWhenQuoted) => {
  const [, pattern, flags] = /^\/(.+)\/([a-z]*)$/s.exec(source.trim()) ?? [];
  if (pattern) {
    const wanted = new RegExp(pattern, flags.replace(/[gy]/g, ''));
    return (text) => wanted.test(notte.text(text));
  }
  const quoted = /^(["'])(.*)\1([is]?)$/s.exec(source.trim());
  const wanted = notte.text(quoted ? quoted[2].replace(/\\(.)/g, '$1') : source);
  const exact = quoted ? (quoted[3] ? quoted[3] === 's' : exactWhenQuoted) : false;
  if (exact) return (text) => notte.text(text) === wanted;
  return (text) => notte.text(text).toLowerCase().includes(wanted.toLowerCase());
};

const shown = (element) => (tagOf(element) === 'input' ? element.value : own.textContent(element));
const every = (root) => notte.roots(root).flatMap((open) => within(open, '*'));

// The innermost elements with such a text, `root` itself among them.
const byText = (root, test) => {
  const fits = (element) => !['script', 'style', 'noscript', 'head', 'title'].includes(tagOf(element)) && test(shown(element));
  const all = own.nodeType(root) === 1 ? [root, ...every(root)] : every(root);
  return all.filter((element) => fits(element) && ![...own.children(element)].some((child) => test(shown(child))));
};

// `:host` stands for the element itself, and looks in its own shadow root alone; all else looks in all that is open.
const byCss = (root, source) => {
  const filters = [];
  let css = source;
  for (let match; (match = /:(has-text|text|text-is|text-matches)\((["'])(.*?)\2(?:,\s*["']([a-z]*)["'])?\)$|:visible$/.exec(css)); ) {
    const [whole, kind, , text, flags] = match;
    if (!kind) filters.push(notte.visible);
    else if (kind === 'text-matches') filters.push((e) => new RegExp(text.replace(/\\\\/g, '\\'), flags).test(notte.text(shown(e))));
    else if (kind === 'text-is') filters.push((e) => notte.text(own.textContent(e)) === notte.text(text));
    else filters.push((e) => matcher(`"${text}"i`)(shown(e)));
    css = css.slice(0, -whole.length) || '*';
  }
  const nth = /^:nth-match\((.*),\s*(\d+)\)$/s.exec(css);
  if (nth) return byCss(root, nth[1]).slice(nth[2] - 1, nth[2]).filter((element) => filters.every((filter) => filter(element)));
  const layout = /:(left-of|right-of|above|below|near|light)\(/.exec(css);
  if (layout) throw new SyntaxError(`the selector ":${layout[1]}" is not supported: name the element by its text, role or css`);
  const deep = css.startsWith(':host');
  let hits = within((deep && own.nodeType(root) === 1 && own.shadowRoot(root)) || root, css);
  if (!hits.length && !deep) hits = notte.roots(root).slice(1).flatMap((open) => within(open, css));
  return hits.filter((element) => filters.every((filter) => filter(element)));
};

const byXpath = (root, path) => {
  const document = own.ownerDocument(root) ?? root;
  const relative = root !== document && path.startsWith('/') ? '.' + path : path;
  const result = own.evaluate(document, relative, root, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE, null);
  return Array.from({ length: result.snapshotLength }, (_, i) => result.snapshotItem(i)).filter((node) => own.nodeType(node) === 1);
};

// One `[name=value]` of a role selector.
const byState = ([, name, value = 'true', flag]) => {
  if (name === 'name') {
    const test = matcher(value + (flag ?? ''), true);
    return (e) => test(notte.name(e));
  }
  const states = {
    checked: (e) => String(own.getAttribute(e, 'aria-checked') === 'mixed' || e.indeterminate === true ? 'mixed' : notte.checked(e) === true),
    disabled: (e) => String(notte.disabled(e)),
    expanded: (e) => String(tagOf(e) === 'details' ? e.open : own.getAttribute(e, 'aria-expanded') === 'true'),
    pressed: (e) => own.getAttribute(e, 'aria-pressed') ?? 'false',
    selected: (e) => String(e.selected ?? own.getAttribute(e, 'aria-selected') === 'true'),
    level: (e) => own.getAttribute(e, 'aria-level') ?? /^h(\d)$/.exec(tagOf(e))?.[1] ?? '',
    'include-hidden': () => value,
  };
  const state = states[name];
  if (!state) throw new SyntaxError(`a role selector has no [${name}]`);
  return (e) => state(e) === value;
};

const ENGINES = {
  css: byCss, xpath: byXpath,
  text: (root, body) => byText(root, matcher(body, true)),
  id: (root, body) => byCss(root, '#' + CSS.escape(body)),
  'data-testid': (root, body) => byCss(root, `[data-testid="${CSS.escape(body)}"]`),
  'internal:text': (root, body) => byText(root, matcher(body, true)),
  'internal:label': (root, body) => every(root).filter((e) => own.matches(e, 'input,select,textarea,button,[role],[contenteditable]') && matcher(body, true)(notte.name(e))),
  'internal:attr': (root, body) => {
    const [, name, value] = /^\[([\w-]+)=(.*)\]$/s.exec(body) ?? [];
    return every(root).filter((e) => own.hasAttribute(e, name) && matcher(value, true)(own.getAttribute(e, name)));
  },
  'internal:role': (root, body) => {
    const [, role, rest] = /^([\w-]+)(.*)$/s.exec(body) ?? [];
    const tests = [...(rest ?? '').matchAll(/\[\s*([\w-]+)\s*(?:=\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\/(?:[^\/\\]|\\.)+\/[a-z]*|[\w-]+)\s*([is]?))?\s*\]/g)].map(byState);
    return every(root).filter((e) => notte.role(e) === role && tests.every((test) => test(e)));
  },
  'internal:chain': (root, body) => notte.query(root, JSON.parse(body)),
  'data-test-id': (root, body) => byCss(root, `[data-test-id="${CSS.escape(body)}"]`),
  'data-test': (root, body) => byCss(root, `[data-test="${CSS.escape(body)}"]`),
};
ENGINES['internal:testid'] = ENGINES['internal:attr'];
ENGINES.role = ENGINES['internal:role'];
for (const light of ['css', 'text', 'id', 'data-testid', 'data-test-id', 'data-test']) ENGINES[`${light}:light`] = ENGINES[light];

// What narrows down the elements found so far.
const FILTERS = {
  nth: (found, body) => found.slice(Number(body), Number(body) === -1 ? undefined : Number(body) + 1),
  visible: (found, body) => found.filter((e) => notte.visible(e) === (body !== 'false')),
  'internal:has-text': (found, body) => found.filter((e) => matcher(body)(shown(e))),
  'internal:has-not-text': (found, body) => found.filter((e) => !matcher(body)(shown(e))),
  'internal:has': (found, body) => found.filter((e) => notte.query(e, JSON.parse(body)).length > 0),
  'internal:has-not': (found, body) => found.filter((e) => notte.query(e, JSON.parse(body)).length === 0),
  'internal:and': (found, body, root) => notte.query(root, JSON.parse(body)).filter((e) => found.includes(e)),
  'internal:or': (found, body, root) => {
    const both = [...new Set([...found, ...notte.query(root, JSON.parse(body))])];
    return both.sort((a, b) => (a.compareDocumentPosition(b) & 4 ? -1 : 1));
  },
  'internal:describe': (found) => found,
};
FILTERS.has = FILTERS['internal:has'];

const split = (source) => {
  const parts = [''];
  let quote = '';
  for (let i = 0; i < source.length; i++) {
    const c = source[i];
    if (c === '\\') parts[parts.length - 1] += c + (source[++i] ?? '');
    else if (!quote && source.startsWith('>>', i)) (parts.push(''), i++);
    else {
      if (quote ? c === quote : c === '"' || c === "'") quote = quote ? '' : c;
      parts[parts.length - 1] += c;
    }
  }
  return parts.map((part) => part.trim()).filter(Boolean);
};

// Thrown where a selector leads into a frame that only its own document can read.
class Elsewhere extends Error {
  constructor(frame, frames, selectors) {
    super('the frame is of another origin');
    Object.assign(this, { frame, frames, selectors });
  }
}

const inside = (frame, frames, selectors) => {
  if (!['iframe', 'frame'].includes(tagOf(frame))) return null;
  if (frame.contentDocument) return frame.contentDocument;
  throw new Elsewhere(frame, frames, selectors);
};

notte.query = (root, source) => {
  let current = [root];
  const parts = split(source);
  if (!parts.length) throw new SyntaxError('the selector is empty');
  for (const [place, part] of parts.entries()) {
    const [, engine, body] = /^(\w[\w-]*(?::[\w-]+)?)=(.*)$/s.exec(part) ?? [];
    if (engine && Object.hasOwn(FILTERS, engine)) current = FILTERS[engine](current, body, root);
    else if (engine === 'internal:control') {
      if (body !== 'enter-frame') throw new SyntaxError(`unknown selector engine ${part}`);
      current = current.map((e) => inside(e, [], [parts.slice(place + 1).join(' >> ')])).filter(Boolean);
    } else {
      const run = engine ? (Object.hasOwn(ENGINES, engine) ? ENGINES[engine] : null) : /^(\/\/|\.\.|\(\/\/|\/html)/.test(part) ? byXpath : /^["']/.test(part) ? ENGINES.text : byCss;
      if (!run) throw new SyntaxError(`the selector engine "${engine}" is not supported: name the element by css, xpath, text or role`);
      current = [...new Set(current.flatMap((scope) => run(scope, engine ? body : part)))];
    }
  }
  return current;
};

// The last word about elements that were seen: another one in the place of the one that is gone is not taken for it.
const still = (element, was) =>
  !was?.placed || (tagOf(element) === was.tag && notte.name(element) === was.label);

// target: { id, frames: [css…], selectors: [source…], was }. The first selector that finds something wins.
notte.find = (target) => {
  const known = target.id && notte.ids.get(target.id);
  if (known && own.isConnected(known) && viewOf(known)) return [known];
  let root = document;
  const frames = target.frames ?? [];
  for (const [place, frame] of frames.entries()) {
    const hit = notte.query(root, frame)[0];
    root = hit && inside(hit, frames.slice(place + 1), target.selectors);
    if (!root) return [];
  }
  for (const source of target.selectors ?? []) {
    const hits = notte.query(root, source);
    if (hits.length) return hits;
  }
  return [];
};
notte.still = still;
