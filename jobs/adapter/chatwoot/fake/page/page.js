'use strict';

// What the page knows: the state that the server told last, the visitor's source, and the conversation that the agent reads.
const every = 1000; // milliseconds between two looks
let state = { Agents: [], Inboxes: [], Conversations: [], Log: [] };
let source = '';
let reading = 0;

const at = (id) => document.getElementById(id);

// element makes one with a text, and never reads HTML.
function element(name, text, kind) {
  const e = document.createElement(name);
  e.textContent = text;
  if (kind) e.className = kind;
  return e;
}

// fill puts elements in place of those that are there, unless they look the same: a focus or a scroll is kept.
function fill(id, elements) {
  const old = [...at(id).children].map((e) => e.outerHTML).join('');
  if (old !== elements.map((e) => e.outerHTML).join('')) at(id).replaceChildren(...elements);
}

// choose fills a select, and keeps what is chosen.
function choose(id, list) {
  const chosen = at(id).value;
  fill(id, list.map((one) => { const o = element('option', one.Name); o.value = one.ID; return o; }));
  if (list.some((one) => String(one.ID) === chosen)) at(id).value = chosen;
}

async function act(what, more) {
  const answer = await fetch('page/do', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ what, source, agent: Number(at('agent').value), conversation: reading, ...more }) });
  at('problem').textContent = answer.ok ? '' : await answer.text();
  const told = answer.ok ? await answer.json() : { source };
  source = told.source;
  await look();
  return answer.ok;
}

async function look() {
  try {
    const answer = await fetch('page/state');
    state = await answer.json();
    for (const list of ['Agents', 'Inboxes', 'Conversations', 'Log']) state[list] = state[list] || [];
    draw();
  } catch {
    at('problem').textContent = 'The server does not answer.';
  }
}

function draw() {
  at('now').textContent = new Date(state.Now).toUTCString();
  choose('inbox', state.Inboxes);
  choose('agent', state.Agents);
  drawVisitor();
  drawAgent();
  fill('log', state.Log.map((e) => {
    const row = document.createElement('tr');
    row.append(...[new Date(e.at).toISOString().slice(11, 19), (e.webhook ? 'tells ' : '') + e.name, e.who, e.status || '–', e.note].map((text) => element('td', text)));
    return row;
  }));
}

function drawVisitor() {
  const inbox = state.Inboxes.find((i) => String(i.ID) === at('inbox').value);
  at('hours-now').textContent = !inbox ? '' : inbox.Open ? 'We are online.' : 'We are away at the moment.';
  const mine = state.Conversations.filter((c) => source && c.Source === source).reverse();
  fill('visitor-messages', mine.flatMap((c) => c.Messages || []).filter((m) => !m.Private && m.Type !== 'activity').map((m) => {
    const line = element('li', m.Text, m.Type);
    if (!m.Attributes.submitted_values) {
      for (const item of m.Attributes.items || []) {
        const button = element('button', item.title);
        button.type = 'button';
        button.dataset.message = m.ID;
        button.dataset.value = item.value;
        line.append(' ', button);
      }
    }
    return line;
  }));
}

function drawAgent() {
  const agent = state.Agents.find((a) => String(a.ID) === at('agent').value);
  if (agent && document.activeElement !== at('availability')) at('availability').value = agent.Availability;
  const name = (id) => (state.Agents.find((a) => a.ID === id) || { Name: 'nobody' }).Name;
  fill('conversations', state.Conversations.map((c) => {
    const line = document.createElement('li');
    const button = element('button', `${c.ID}: ${c.Status}, ${name(c.Assignee)}${(c.Labels || []).map((l) => ' #' + l).join('')}`);
    button.type = 'button';
    button.dataset.id = c.ID;
    line.append(button);
    return line;
  }));
  const c = state.Conversations.find((one) => one.ID === reading);
  at('conversation').hidden = !c;
  if (c) {
    at('conversation-title').textContent = `Conversation ${c.ID}, ${c.Status}`;
    fill('agent-messages', (c.Messages || []).map((m) => element('li', m.Text, m.Type + (m.Private ? ' private' : ''))));
  }
  fill('agents', state.Agents.map((a) => element('li', `${a.Name} is ${a.Availability}`)));
  const two = (n) => String(n).padStart(2, '0');
  const day = (d) => d.Closed ? 'closed' : `${two(d.OpenHour)}:${two(d.OpenMinutes)}–${two(d.CloseHour)}:${two(d.CloseMinutes)}`;
  const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
  fill('hours', state.Inboxes.map((i) => element('li', `${i.Name}, ${i.TimeZone}: ${i.HoursEnabled ? i.Hours.map((d, n) => `${days[n]} ${day(d)}`).join(', ') : 'always open'}`)));
}

at('bubble').addEventListener('click', async () => {
  if (!source && !await act('visit', { inbox: Number(at('inbox').value) })) return;
  if (await act('open')) {
    at('write').hidden = false;
    at('bubble').setAttribute('aria-expanded', 'true');
    at('visitor-text').focus();
  }
});
at('inbox').addEventListener('change', () => {
  source = '';
  at('write').hidden = true;
  at('bubble').setAttribute('aria-expanded', 'false');
  draw();
});
at('write').addEventListener('submit', async (e) => {
  e.preventDefault();
  if (await act('write', { text: at('visitor-text').value })) at('visitor-text').value = '';
});
at('visitor-messages').addEventListener('click', (e) => {
  const { message, value } = e.target.dataset;
  if (message) act('pick', { message: Number(message), text: e.target.textContent, value });
});
at('conversations').addEventListener('click', (e) => {
  if (!e.target.dataset.id) return;
  reading = Number(e.target.dataset.id);
  draw();
});
at('answer').addEventListener('submit', async (e) => {
  e.preventDefault();
  if (await act(at('private').checked ? 'note' : 'answer', { text: at('agent-text').value })) at('agent-text').value = '';
});
at('assign').addEventListener('click', () => act('assign'));
at('resolve').addEventListener('click', () => act('resolve'));
at('availability').addEventListener('change', () => act('availability', { value: at('availability').value }));
at('agent').addEventListener('change', draw);

look();
setInterval(look, every);
