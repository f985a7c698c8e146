// Opens WeChat's cashier over the page. Whether the gift was paid is never decided here: the server asks the channel.
for (const holder of document.querySelectorAll("[data-jsapi]")) {
  const button = holder.querySelector("button");
  const says = holder.querySelector("[role=status]");
  const parameters = holder.dataset.jsapi ? JSON.parse(holder.dataset.jsapi) : null;
  if (!parameters) continue;
  const open = () => {
    says.textContent = "";
    WeixinJSBridge.invoke("getBrandWCPayRequest", parameters, (answer) => {
      if (answer.err_msg === "get_brand_wcpay_request:ok") location.assign(holder.dataset.done);
      else says.textContent = answer.err_msg === "get_brand_wcpay_request:cancel" ? holder.dataset.cancelled : holder.dataset.failed;
    });
  };
  const ready = () => {
    button.hidden = false;
    button.addEventListener("click", open);
  };
  if (typeof WeixinJSBridge === "undefined") document.addEventListener("WeixinJSBridgeReady", ready, { once: true });
  else ready();
}
