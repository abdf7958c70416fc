// Exchanges a token for a cookie, then shows what was asked for.
'use strict';

const theme = stored('alertd.theme');
if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;

const form = document.getElementById('form');
const token = document.getElementById('token');
const problem = document.getElementById('token-problem');
const button = form.querySelector('button');

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const value = token.value.trim();
  if (!value) return say('Enter a token.');
  button.disabled = true;
  say('');
  try {
    const response = await fetch(new URL('login', document.baseURI), {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ token: value }),
      signal: AbortSignal.timeout(15_000),
    });
    if (response.ok) return proceed();
    say(words(response.status));
  } catch {
    say('alertd does not answer. Check that it runs, then try again.');
  }
  button.disabled = false;
  token.select();
});

token.focus();

function say(text) {
  problem.textContent = text;
  token.setAttribute('aria-invalid', text ? 'true' : 'false');
}

function words(status) {
  if (status === 401 || status === 403) return 'This token is not known, or was revoked.';
  if (status === 429) return 'Too many attempts. Wait a minute, then try again.';
  return `alertd could not sign you in (${status}). Try again.`;
}

// Where the form took the place of the page, the address is still the one that was asked for.
function proceed() {
  if (/\/login$/.test(location.pathname)) location.replace(new URL('.', location.href).href + location.hash);
  else location.reload();
}

function stored(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}
