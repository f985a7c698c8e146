// Passkeys (WebAuthn): asks the device and puts its answer into the form, which is sent like any other. The server decides.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function ask(form) {
  const d = form.dataset;
  const rp = { id: d.rpId, name: d.rpName };
  if (d.passkey === "create") {
    const made = await navigator.credentials.create({ publicKey: {
      rp, challenge: bytes(d.challenge), attestation: "none", timeout: 120000,
      user: { id: bytes(d.userId), name: d.userName, displayName: d.userName },
      pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: "public-key", alg })),
      excludeCredentials: d.exclude.split(" ").filter(Boolean).map((id) => ({ type: "public-key", id: bytes(id) })),
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
    } });
    return { client_data: text(made.response.clientDataJSON), attestation: text(made.response.attestationObject) };
  }
  const found = await navigator.credentials.get({ publicKey: {
    rpId: d.rpId, challenge: bytes(d.challenge), userVerification: "required", timeout: 120000,
  } });
  return {
    credential: text(found.rawId), client_data: text(found.response.clientDataJSON),
    authenticator_data: text(found.response.authenticatorData), signature: text(found.response.signature),
  };
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const says = form.querySelector("[role=status]");
  if (!window.PublicKeyCredential) { says.textContent = form.dataset.unable; continue; }
  form.querySelector("button").hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.dataset.answered) return;
    event.preventDefault();
    says.textContent = "";
    try {
      for (const [name, value] of Object.entries(await ask(form))) form.elements[name].value = value;
      form.dataset.answered = "1";
      form.submit();
    } catch {
      says.textContent = form.dataset.failed;
    }
  });
}
