// The token without which the server takes no answer. A server that was started anew has another one.
'use strict';

// What the page at that address holds in place of this token; null where it holds the same, or none.
window.freshToken = async (address, token) => {
  const reply = await fetch(address);
  if (!reply.ok || reply.redirected) return null;
  const page = new DOMParser().parseFromString(await reply.text(), 'text/html');
  const fresh = page.querySelector('meta[name="token"]');
  return fresh && fresh.content !== token ? fresh.content : null;
};
