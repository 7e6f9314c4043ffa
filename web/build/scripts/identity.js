// Passkeys, passwords that can be looked at, and word of how long a code
// works. Without it every page works by other ways (brief 7.6).
(function () {
  "use strict";
  var doc = document;

  function button(text, look, press) {
    var made = doc.createElement("button");
    made.type = "button";
    made.className = look;
    made.textContent = text;
    made.addEventListener("click", press);
    return made;
  }

  // What was typed can be looked at (brief A1).
  doc.querySelectorAll("[data-show]").forEach(function (field) {
    var toggle = button(field.dataset.show, "usa-button usa-button--unstyled pp-show", function () {
      var hidden = field.type === "password";
      field.type = hidden ? "text" : "password";
      toggle.textContent = hidden ? field.dataset.hide : field.dataset.show;
    });
    toggle.setAttribute("aria-controls", field.id);
    field.insertAdjacentElement("afterend", toggle);
    // Password managers and browsers keep what was a password when it is sent.
    if (field.form) field.form.addEventListener("submit", function () { field.type = "password"; });
  });

  // A code's end is said three times, never every second.
  doc.querySelectorAll("[data-ends]").forEach(function (form) {
    var line = doc.createElement("p");
    line.className = "pp-quiet";
    line.setAttribute("role", "status");
    form.insertBefore(line, form.firstChild);
    var ends = Number(form.dataset.ends) * 60000;
    [["five", ends - 300000], ["one", ends - 60000], ["none", ends]].forEach(function (at) {
      if (at[1] >= 0) setTimeout(function () { line.textContent = form.dataset[at[0]]; }, at[1]);
    });
  });

  // WebAuthn speaks in bytes, JSON in base64url.
  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (c) { return c.charCodeAt(0); }).buffer;
  }
  function text(buffer) {
    return btoa(String.fromCharCode.apply(null, new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
  function readable(options) {
    var key = options.publicKey || options;
    key.challenge = bytes(key.challenge);
    if (key.user) key.user.id = bytes(key.user.id);
    (key.excludeCredentials || []).concat(key.allowCredentials || []).forEach(function (known) { known.id = bytes(known.id); });
    return { publicKey: key };
  }
  function answer(made) {
    var response = {};
    ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (name) {
      if (made.response[name]) response[name] = text(made.response[name]);
    });
    if (made.response.getTransports) response.transports = made.response.getTransports();
    return JSON.stringify({
      id: made.id, rawId: text(made.rawId), type: made.type, response: response,
      clientExtensionResults: made.getClientExtensionResults(), authenticatorAttachment: made.authenticatorAttachment || undefined,
    });
  }

  if (!window.PublicKeyCredential || !navigator.credentials) return;
  doc.querySelectorAll("[data-unless-passkey]").forEach(function (line) { line.remove(); });
  doc.querySelectorAll("form[data-passkey]").forEach(function (form) {
    var asked = form.dataset;
    function challenge() {
      if (asked.challenge) return Promise.resolve(JSON.parse(asked.challenge));
      return fetch(asked.ask, { method: "POST", credentials: "same-origin" }).then(function (got) { return got.json(); });
    }
    function send(response) {
      form.elements.response.value = response;
      form.submit();
    }
    var press = button(asked.button, "usa-button" + (asked.then ? " usa-button--outline" : ""), function () {
      challenge().then(function (options) {
        return navigator.credentials[asked.passkey](readable(options));
      }).then(function (made) { send(answer(made)); }, function () { send(""); });
    });
    var row = doc.createElement("div");
    row.className = "pp-buttons";
    row.appendChild(press);
    form.appendChild(row);
    if (asked.then) {
      var or = doc.createElement("p");
      or.textContent = asked.then;
      form.appendChild(or);
    }
  });
})();
