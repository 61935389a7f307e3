// Speaks to the device for forms that ask for a passkey. A form says what it wants in `data-passkey`: "add" makes a new
// one, "use" shows one that there is. Without this module the forms stay hidden, and the other ways in are there.

const toBytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

const known = (list) => (list ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));

async function made(options) {
  const asked = options.publicKey;
  return navigator.credentials.create({
    publicKey: {
      ...asked,
      challenge: toBytes(asked.challenge),
      user: { ...asked.user, id: toBytes(asked.user.id) },
      excludeCredentials: known(asked.excludeCredentials),
      // Kept on the device and opened by finger, face or PIN: then it stands for two factors.
      authenticatorSelection: {
        ...asked.authenticatorSelection,
        residentKey: "required",
        requireResidentKey: true,
        userVerification: "required",
      },
    },
  });
}

async function shown(options) {
  const asked = options.publicKey;
  return navigator.credentials.get({
    publicKey: {
      ...asked,
      challenge: toBytes(asked.challenge),
      allowCredentials: known(asked.allowCredentials),
      userVerification: "required",
    },
  });
}

function described(credential) {
  const { response } = credential;
  const part = (name) => (response[name] ? { [name]: toText(response[name]) } : {});
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: {
      ...part("clientDataJSON"),
      ...part("attestationObject"),
      ...part("authenticatorData"),
      ...part("signature"),
      ...part("userHandle"),
      ...(response.getTransports ? { transports: response.getTransports() } : {}),
    },
  };
}

async function optionsFor(form) {
  const here = document.getElementById("passkey-options");
  if (here) {
    const { request_options: use, creation_options: add } = JSON.parse(here.textContent);
    return form.dataset.passkey === "add" ? add : use;
  }
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  return (await answer.json()).request_options;
}

async function ask(form) {
  const trouble = form.querySelector("[data-passkey-trouble]");
  trouble.textContent = "";
  try {
    const options = await optionsFor(form);
    const credential = form.dataset.passkey === "add" ? await made(options) : await shown(options);
    form.elements.credential.value = JSON.stringify(described(credential));
    form.submit();
  } catch {
    // Called off, timed out, or no passkey of this site on the device: the browser does not say which, on purpose.
    trouble.textContent = trouble.dataset.passkeyTrouble;
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (window.PublicKeyCredential) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      ask(form);
    });
  } else {
    document.querySelectorAll("[data-no-passkey]").forEach((one) => {
      one.hidden = false;
    });
  }
}
