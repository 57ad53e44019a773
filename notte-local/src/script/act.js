// Acting on an element: waiting until it can be acted on, and what the protocol's input events cannot do.

// One frame, or a twentieth of a second where no frames are drawn.
const frame = () =>
  new Promise((done) => {
    const timer = setTimeout(done, 50);
    requestAnimationFrame(() => (clearTimeout(timer), done()));
  });

// Where the content of a frame element begins in the viewport of its parent.
notte.inset = (element) => {
  const box = own.getBoundingClientRect(element);
  const style = getComputedStyle(element);
  return {
    x: box.left + own.clientLeft(element) + parseFloat(style.paddingLeft),
    y: box.top + own.clientTop(element) + parseFloat(style.paddingTop),
  };
};

const deepest = (document, x, y) => {
  let top = own.elementFromPoint(document, x, y);
  for (let inner; top && (inner = own.shadowRoot(top)?.elementFromPoint(x, y)) && inner !== top; ) top = inner;
  return top;
};

const holds = (outer, inner) => {
  for (let node = inner; node; node = above(node)) if (node === outer) return true;
  return false;
};

// What lies over `element` at a point of its own viewport; null when a click there reaches it.
notte.over = (element, x, y) => {
  const document = own.ownerDocument(element);
  const top = deepest(document, x, y);
  if (!top) return own.documentElement(document);
  if (!holds(element, top) && !holds(top, own.shadowRoot(element) ? element : null) && own.closest(top, 'label')?.control !== element) return top;
  const parent = viewOf(element).frameElement;
  if (!parent) return null;
  const inset = notte.inset(parent);
  return notte.over(parent, x + inset.x, y + inset.y);
};

// A point of the element inside the viewport of its own frame, or null.
notte.point = (element) => {
  const view = viewOf(element);
  for (const box of notte.boxes(element)) {
    const left = Math.max(box.left, 0), right = Math.min(box.right, view.innerWidth);
    const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, view.innerHeight);
    if (right - left >= 1 && bottom - top >= 1) return { x: (left + right) / 2, y: (top + bottom) / 2 };
  }
  return null;
};

notte.offset = (element) => {
  const sum = { x: 0, y: 0 };
  for (let f = viewOf(element).frameElement; f; f = viewOf(f).frameElement) {
    const inset = notte.inset(f);
    sum.x += inset.x;
    sum.y += inset.y;
  }
  return sum;
};

notte.disabled = (element) =>
  own.matches(element, ':disabled') || own.closest(element, '[aria-disabled="true"]') !== null || own.closest(element, '[inert]') !== null;

const brief = (element) => {
  const id = own.id(element) ? `#${own.id(element)}` : '';
  return `<${tagOf(element)}${id}>`;
};

const kind = (element) => {
  const tag = tagOf(element);
  const type = tag === 'input' ? element.type : '';
  if (type === 'file') return 'file';
  if (['checkbox', 'radio'].includes(type) || ['checkbox', 'radio', 'switch', 'menuitemcheckbox'].includes(notte.role(element))) return 'check';
  if (tag === 'select') return 'select';
  if (type && element.readOnly && notte.role(element) === 'combobox') return 'list';
  if (['date', 'time', 'datetime-local', 'month', 'week', 'color', 'range'].includes(type)) return 'set';
  if (['submit', 'button', 'reset', 'image'].includes(type)) return 'button';
  if (type || tag === 'textarea' || element.isContentEditable === true) return 'text';
  return 'other';
};
notte.kind = kind;

notte.checked = (element) => element.checked ?? own.getAttribute(element, 'aria-checked') === 'true';

// A click on a part of a button or link is one on the whole.
const pressed = (element) =>
  NATIVE.has(tagOf(element)) || tagOf(element) === 'label' ? element : (own.closest(element, 'button,a[href],[role=button],[role=link]') ?? element);

const reachable = (element) => {
  const at = notte.visible(element) ? notte.point(element) : null;
  return at !== null && !notte.over(element, at.x, at.y);
};

// What is seen and pressed of an element: itself, or its label where a page hides the box to draw one of its own.
notte.face = (element) => {
  if (!['check', 'file'].includes(kind(element)) || reachable(element)) return element;
  const faces = [element, ...(element.labels ?? [])];
  return faces.find(reachable) ?? faces.find(notte.visible) ?? element;
};

// What moves may be gone when the click arrives: events that hit something else are swallowed, and `landed` tells.
const EVENTS = ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click'];
// The elements that hide an element from the events that the document hears.
const hiding = (element) => {
  const hosts = [];
  for (let root = own.getRootNode(element); own.nodeType(root) === 11; root = own.getRootNode(root.host)) if (root.mode === 'closed') hosts.push(root.host);
  return hosts;
};

const guard = (element, face) => {
  const hosts = hiding(face);
  notte.release?.();
  notte.hit = null;
  const views = [viewOf(element)];
  while (views.at(-1).frameElement) views.push(viewOf(views.at(-1).frameElement));
  const listen = (event) => {
    if (!event.isTrusted) return;
    const top = event.composedPath()[0];
    notte.hit ??= holds(element, top) || holds(face, top) || hosts.includes(top) || (own.nodeType(top) === 1 && own.closest(top, 'label')?.control === element);
    if (notte.hit) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  for (const view of views) for (const name of EVENTS) view.addEventListener(name, listen, true);
  notte.release = () => {
    for (const view of views) for (const name of EVENTS) view.removeEventListener(name, listen, true);
    notte.release = null;
  };
};

// One task later: what an input event set off has begun.
notte.breathe = () => new Promise((done) => setTimeout(done, 0));

notte.landed = async () => {
  notte.release?.();
  await notte.breathe();
  return notte.hit !== false;
};

const bounds = (element) => {
  const box = own.getBoundingClientRect(element);
  return `${box.x} ${box.y} ${box.width} ${box.height}`;
};

const fixed = (element) => element.readOnly === true || own.closest(element, '[aria-readonly="true"]') !== null;

// The frames whose documents cannot be read from here, as they were met.
const holes = new Map();
notte.hole = (frame) => {
  for (const [key, known] of holes) if (known === frame) return key;
  const key = notte.holes++;
  holes.set(key, frame);
  for (const [old, known] of holes) if (!own.isConnected(known)) holes.delete(old);
  return key;
};
notte.holes = 1;
notte.frame = (key) => holes.get(key) ?? null;

// Where a point of such a frame lies in the viewport of this document's root, or why a click there does not reach it.
notte.through = (key, x, y) => {
  const frame = holes.get(key);
  if (!frame || !own.isConnected(frame)) return { error: 'not_found', reason: 'the frame is gone' };
  const view = viewOf(frame), inset = notte.inset(frame), offset = notte.offset(frame);
  const at = { x: x + inset.x, y: y + inset.y };
  if (at.x < 0 || at.y < 0 || at.x >= view.innerWidth || at.y >= view.innerHeight) {
    own.scrollIntoView(frame, { block: 'center', inline: 'center', behavior: 'instant' });
    return { error: 'hidden', reason: `${brief(frame)} cannot be scrolled into view` };
  }
  const cover = notte.over(frame, at.x, at.y);
  if (cover) return { error: 'covered', reason: `${brief(frame)} is covered by ${brief(cover)}` };
  return { x: at.x + offset.x, y: at.y + offset.y };
};

// Waits until the one element is attached, visible and enabled, to `click` it receives events at a point, and to `fill` it can
// be changed. Of an element in a frame that cannot be read from here, it is the frame, and what is left to find in it.
notte.ready = async (target, budget, to) => {
  let end = performance.now() + budget;
  for (;;) {
    let problem, hits;
    try {
      hits = notte.find(target);
    } catch (error) {
      if (!(error instanceof Elsewhere)) throw error;
      return { hole: notte.hole(error.frame), frames: error.frames, selectors: error.selectors };
    }
    if (hits.length > 1) hits = hits.filter(notte.visible);
    if (hits.length > 1) return { error: 'several', reason: `${hits.length} elements match` };
    const element = hits[0];
    const wanted = element && (to === 'click' ? pressed(element) : element);
    const face = element && notte.face(wanted);
    const file = element && kind(element) === 'file';
    if (!element && notte.doubtful()) return { doubtful: notte.doubts.length };
    if (!element) problem = { error: 'not_found', reason: 'no element matches' };
    else if (element !== notte.ids.get(target.id) && !notte.still(element, target.was)) {
      problem = { error: 'stale', reason: 'the page was drawn anew, and another element is in its place: observe the page again' };
      end = Math.min(end, performance.now() + 1000);
    } else if (!file && !notte.visible(face)) problem = { error: 'hidden', reason: `${brief(element)} is not visible` };
    else if (notte.disabled(wanted)) problem = { error: 'disabled', reason: `${brief(element)} is disabled` };
    else if (to === 'fill' && fixed(element) && kind(element) !== 'list') problem = { error: 'fixed', reason: `${brief(element)} is read-only` };
    else {
      let at = file ? { x: 0, y: 0 } : notte.point(face);
      if (!file && (!at || notte.over(face, at.x, at.y))) {
        const boxed = own.getClientRects(face).length ? face : (own.children(face)[0] ?? own.parentElement(face));
        own.scrollIntoView(boxed, { block: 'center', inline: 'center', behavior: 'instant' });
        at = notte.point(face);
      }
      const cover = at && to === 'click' && !file ? notte.over(face, at.x, at.y) : null;
      if (!at) problem = { error: 'hidden', reason: `${brief(element)} cannot be scrolled into view` };
      else if (cover) problem = { error: 'covered', reason: `${brief(element)} is covered by ${brief(cover)}` };
      else {
        const offset = notte.offset(element);
        notte.last = element;
        notte.aimed = { at, face, bounds: bounds(face) };
        return { x: at.x + offset.x, y: at.y + offset.y, kind: kind(element), checked: notte.checked(element), secret: element.type === 'password', origin: viewOf(element).origin };
      }
    }
    if (performance.now() > end) return problem;
    await frame();
  }
};

// Whether the element found last is, a frame later and under the mouse, still where it was; from now on a click is watched.
notte.aim = () => {
  const { at, face, bounds: before } = notte.aimed;
  if (!own.isConnected(face) || bounds(face) !== before || notte.over(face, at.x, at.y)) return false;
  guard(notte.last, face);
  return true;
};

const content = (element) => (element.isContentEditable === true ? own.textContent(element) : element.value ?? '');

// Whether a field can hold a text at all: one for numbers drops what is none, and what it held.
const fits = (element, text) => element.type !== 'number' || text === '' || (/^[-+]?[\d.]/.test(text.trim()) && Number.isFinite(Number(text)));

// Fields that make something of every key: boxes for one character of a code each, lists that are searched while typing.
const keyed = (element, text) =>
  (element.maxLength === 1 && text.length > 1) || element.autocomplete === 'one-time-code' || notte.role(element) === 'combobox' ||
  ['list', 'both'].includes(own.getAttribute(element, 'aria-autocomplete'));

// Focuses the element found last, with its content selected or the caret at its end; null where that removed it, false where
// it does not take the text.
notte.focus = (clear, text) => {
  const element = notte.last;
  if (!fits(element, text)) return false;
  element.focus();
  if (!own.isConnected(element)) return null;
  notte.held = content(element);
  // Heard before the page hears it: it may put what was typed somewhere else, and empty the field.
  notte.took = notte.heard = false;
  notte.focused = own.matches(element, ':focus');
  const hear = () => {
    notte.took = content(element) !== notte.held;
    notte.heard = true;
  };
  viewOf(element).addEventListener('input', hear, { capture: true, once: true });
  if (element.isContentEditable) {
    const view = viewOf(element);
    const range = own.createRange(own.ownerDocument(element));
    range.selectNodeContents(element);
    if (!clear) range.collapse(false);
    view.getSelection().removeAllRanges();
    view.getSelection().addRange(range);
  } else if (clear) element.select?.();
  else if (element.setSelectionRange && element.selectionEnd !== null) element.setSelectionRange(element.value.length, element.value.length);
  return { length: notte.held.length, keyed: keyed(element, text) };
};

// Whether the element found last took what was typed, if only in a form of its own, or the page gave it to another one;
// null where it was removed before.
notte.filled = (value) => {
  const element = notte.last;
  if (!element) return true;
  const now = content(element);
  const bare = (text) => text.replace(/[^\p{L}\p{N}]/gu, '').toLowerCase();
  if (now === value || (now !== '' && (now !== notte.held || bare(now) === bare(value)))) return true;
  return own.isConnected(element) ? (notte.took && now === '') || !notte.focused : null;
};

// As `filled`, after a key for each character: the page may have made something else of every one.
notte.typed = (value) => {
  const filled = notte.filled(value);
  return filled === false ? notte.heard : filled;
};

const active = (document) => {
  let element = own.activeElement(document);
  for (let inner; element && (inner = own.shadowRoot(element)?.activeElement); ) element = inner;
  return element;
};

// Types into the element found last, in its document and in no other; answers as `notte.filled`, null on another page too.
notte.type = async (text, clear, keys) => {
  const focused = notte.last ? notte.focus(clear, text) : null;
  if (!focused) return focused;
  const document = own.ownerDocument(notte.last);
  if (!keys && !focused.keyed) {
    own.execCommand(document, 'insertText', false, text);
    return notte.filled(text);
  }
  for (const key of text) {
    const press = (kind) => (active(document) ?? notte.last).dispatchEvent(new KeyboardEvent(kind, { key, bubbles: true, cancelable: true, composed: true }));
    if (press('keydown') && press('keypress')) own.execCommand(document, 'insertText', false, key);
    press('keyup');
    await notte.breathe();
  }
  return notte.typed(text);
};

const changed = (element) => {
  element.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  element.dispatchEvent(new Event('change', { bubbles: true }));
};

notte.set = (value) => {
  const element = notte.last;
  const held = element.value;
  element.value = value;
  const near = element.type === 'range' && value.trim() !== '' && Number.isFinite(Number(value));
  const took = near || element.value === (element.type === 'color' ? value.toLowerCase() : value);
  if (took) changed(element);
  else element.value = held;
  return took;
};

notte.select = (value) => {
  const options = [...notte.last.options];
  const wanted = notte.text(value);
  const option = options.find((o) => o.value === value) ?? options.find((o) => notte.text(o.label) === wanted || notte.text(o.text) === wanted);
  if (!option) return { error: options.map((o) => notte.text(o.label)).slice(0, 20) };
  if (option.matches(':disabled')) return { error: [], disabled: true };
  if (notte.last.multiple) option.selected = true;
  else notte.last.value = option.value;
  if (!option.selected) option.selected = true;
  changed(notte.last);
  return {};
};

const ENTRIES = '[role=option],[role=menuitem],[role=menuitemradio],li,option';

// The visible entry of an open list that is no <select>, by its text. Long lists hold only what is in sight, so one is scrolled
// through; and where nothing says that it is an entry, it is what bears the text and is not the field itself.
notte.entry = (value) => {
  const wanted = notte.text(value);
  const document_ = notte.last ? own.ownerDocument(notte.last) : document;
  const roots = notte.roots(document_);
  const entries = roots.flatMap((root) => within(root, ENTRIES)).filter(notte.visible);
  const is = (e) => notte.text(e.innerText) === wanted || own.getAttribute(e, 'data-value') === value;
  let hit = entries.find(is);
  if (!hit) {
    let box = entries[0];
    while (box && !(own.nodeType(box) === 1 && box !== pageOf(document_) && scrolls(box))) box = above(box);
    if (box) {
      const top = own.scrollTop(box);
      own.scrollBy(box, { top: own.clientHeight(box) * 0.8, behavior: 'instant' });
      if (own.scrollTop(box) === top) own.scrollBy(box, { top: -own.scrollHeight(box), behavior: 'instant' });
    } else if (!entries.length) {
      hit = byText(document_, (text) => notte.text(text) === wanted).find((e) => notte.visible(e) && !holds(notte.last, e) && !holds(e, notte.last));
    }
  }
  if (hit) notte.ids.set('entry', hit);
  return Boolean(hit);
};

notte.now = () => notte.checked(notte.last);

const pageOf = (document) => own.scrollingElement(document) ?? own.documentElement(document);

// Whether an element has more to show and scrolls; what a body is told of that, the page does unless it has its own word.
const scrolls = (element) => {
  if (own.scrollHeight(element) <= own.clientHeight(element) + 1) return false;
  const document = own.ownerDocument(element);
  if (element === pageOf(document)) return true;
  if (element === own.body(document) && getComputedStyle(own.documentElement(document)).overflowY === 'visible') return false;
  return ['auto', 'scroll'].includes(getComputedStyle(element).overflowY);
};

// Scrolls the page, or what scrolls of the element that a selector names, or else the largest thing that scrolls.
notte.scroll = async (amount, direction, source) => {
  let box = pageOf(document);
  if (source) {
    let node = notte.query(document, source)[0];
    if (!node) return { error: 'not_found' };
    box = pageOf(own.ownerDocument(node) ?? node);
    while (node && !(own.nodeType(node) === 1 && scrolls(node))) node = above(node);
    box = node ?? box;
  } else if (!scrolls(box)) {
    const area = (e) => own.clientWidth(e) * own.clientHeight(e);
    const all = notte.documents(document).flatMap(notte.roots).flatMap((root) => within(root, '*'));
    box = all.filter(scrolls).sort((a, b) => area(b) - area(a))[0] ?? box;
  }
  const before = own.scrollTop(box);
  own.scrollBy(box, { top: direction * (amount ?? own.clientHeight(box)), behavior: 'instant' });
  // A page that loads more at its edge hears of the scroll with the next frame.
  await frame();
  await frame();
  return { moved: Math.round(own.scrollTop(box) - before) };
};

const FIELDS = {
  title: /honorific-prefix|\btitle\b|salutation/, first_name: /given-name|first.?name|\bfname/, middle_name: /additional-name|middle.?name/,
  last_name: /family-name|last.?name|surname|\blname/, full_name: /^name$|\bname\b(?!.*user)|full.?name/, email: /e-?mail/, company: /organization|company/,
  address1: /address-line1|street|address.?1|^address/, address2: /address-line2|address.?2|apartment|suite/, address3: /address-line3|address.?3/,
  city: /address-level2|city|town/, state: /address-level1|state|province|region/, postal_code: /postal|zip|post.?code/, country: /country/, phone: /\btel|phone|mobile/,
  cc_name: /cc-name|card.?holder|name.?on.?card/, cc_number: /cc-number|card.?number/, cc_exp_month: /cc-exp-month|exp.*month/, cc_exp_year: /cc-exp-year|exp.*year/,
  cc_exp: /cc-exp$|expir/, cc_cvv: /cc-csc|cvv|cvc|security.?code/, username: /user.?name|login|user.?id|\buser\b/, password: /password|passwd/,
  current_password: /current-password|current.?password|old.?password/, new_password: /new-password|new.?password/, totp: /one-time-code|otp|totp|2fa|verification.?code/,
};

// Gives every field of a form that a key speaks of an id `form:<key>`; answers the keys without one.
notte.form = (keys) => {
  const fields = notte.roots(document).flatMap((root) => within(root, 'input,select,textarea'));
  const free = fields.filter((f) => notte.visible(f) && !notte.disabled(f) && !['button', 'text', 'other', 'set', 'select'].every((k) => k !== kind(f)));
  const missing = [];
  for (const key of keys) {
    const hints = (f) => [f.autocomplete, f.name, f.id, notte.name(f), f.type === 'email' ? 'email' : '', f.type === 'tel' ? 'phone' : '', f.type === 'password' ? 'password' : ''];
    const index = free.findIndex((f) => hints(f).some((hint) => hint && FIELDS[key]?.test(hint.toLowerCase())));
    if (index < 0) missing.push(key);
    else notte.ids.set(`form:${key}`, free.splice(index, 1)[0]);
  }
  return missing;
};

// Makes the input that takes files the element found last: itself, what a label is for, one inside, or its document's only one.
notte.file = () => {
  const element = notte.last;
  const all = within(own.ownerDocument(element), 'input[type=file]');
  const around = own.closest(element, 'form,label');
  const near = around ? within(around, 'input[type=file]') : [];
  const hit = [element, element.control, own.closest(element, 'label')?.control, within(element, 'input[type=file]')[0]].find((e) => e?.type === 'file')
    ?? (near.length === 1 ? near[0] : all.length === 1 ? all[0] : null);
  if (hit) notte.last = hit;
  return Boolean(hit);
};
