//! The same way for programs: ask for the calmer, confirm it, look at the gift. Amounts are yuan as text, ids decimal
//! text, times RFC 3339; what is refused is a problem by RFC 9457.

use serde_json::{Value, json};

use crate::kernel::{Micros, Refusal, Right, Trouble, civil, hex};
use crate::people::{self, Purpose};
use crate::projects;
use crate::web::{Answer, Cx, Outcome, Route, get, parse_id, post};

use super::actions::{self, Ticket};
use super::model::{GiftRequest, GiftView, Order, TradeType};
use super::pages::read_hash;
use super::rules;

pub fn routes() -> Vec<Route> {
    vec![
        get("/api/projects/{id}/calmer", Right::Anyone, calmer),
        post("/api/gifts", Right::Anyone, give),
        get("/api/gifts/{id}/{code}", Right::Anyone, gift),
    ]
}

/// `GET /api/projects/{id}/calmer?amount=0.10`: what to show a donor before asking for a confirmation, and the code that
/// proves it was shown for this amount; and the words to which a signed-in donor agrees who sends a name to be shown.
fn calmer(cx: &Cx) -> Outcome {
    let project_id = cx.id_param("id")?;
    let amount_fen = rules::amount(cx.query("amount"))?;
    let shown = actions::show_calmer(&cx.app, project_id, cx.now)?;
    let ticket = Ticket::new(project_id, amount_fen, &shown.snapshot, cx.now);
    Ok(Answer::json(&json!({
        "hash": hex(&ticket.hash),
        "body": shown.snapshot.body,
        "as_of": civil::rfc3339(shown.snapshot.as_of),
        "recipient": shown.accepting.recipient_name,
        "expires": ticket.expires_at,
        "code": ticket.code(&cx.app),
        "name_consent": people::consent_words(&cx.app, cx.lang, Purpose::PublishName),
    })))
}

/// `POST /api/gifts` with `project`, `amount`, `snapshot`, `expires` and `code` as the calmer gave them, and if wished
/// `name`, `message`, `anonymous`, `trade_type` (`h5` or `native`).
fn give(cx: &Cx) -> Outcome {
    let body: Value = serde_json::from_slice(&cx.request.body).map_err(|_| Refusal::new(400, "refusal-giving-not-json"))?;
    let text = |name: &'static str| -> Result<&str, Refusal> {
        match body.get(name) {
            None | Some(Value::Null) => Ok(""),
            Some(Value::String(text)) => Ok(text.trim()),
            Some(_) => Err(Refusal::input(name, "refusal-giving-not-text").with("field", name)),
        }
    };
    let flag = |name: &'static str| match body.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => Err(Refusal::input(name, "refusal-giving-not-flag").with("field", name)),
    };
    let forged = || Refusal::new(403, "refusal-giving-forged");
    let ticket = Ticket {
        project_id: parse_id(text("project")?).ok_or_else(Refusal::not_found)?,
        amount_fen: rules::amount(text("amount")?)?,
        hash: read_hash(text("snapshot")?).ok_or_else(forged)?,
        expires_at: body.get("expires").and_then(Value::as_i64).ok_or_else(forged)?,
    };
    let trade_type = match text("trade_type")? {
        "" => rules::trade_type_of(&cx.request.user_agent),
        "h5" => TradeType::H5,
        "native" => TradeType::Native,
        _ => return Err(Refusal::input("trade_type", "refusal-giving-trade-type").into()),
    };
    let request = GiftRequest {
        project_id: ticket.project_id,
        amount_fen: ticket.amount_fen,
        name: text("name")?.to_owned(),
        message: text("message")?.to_owned(),
        anonymous: flag("anonymous")?,
        snapshot_hash: ticket.hash,
        trade_type,
        open_id: String::new(),
        client_address: cx.request.peer.clone(),
    };
    // As on the page: whoever sends a name to be shown agrees to the words that the calmer gave (PIPL art. 25).
    if let (Some(person_id), false, false) = (cx.actor.person_id(), request.anonymous, request.name.is_empty()) {
        people::agree(&cx.app, cx.lang, person_id, Purpose::PublishName)?;
    }
    let id = actions::confirm(&cx.app, &cx.actor, &ticket, text("code")?, request, cx.now)?;
    let path = actions::gift_path(&cx.app, id);
    let begun = actions::find(&cx.app, id, path.rsplit('/').next().unwrap_or_default())?;
    Ok(Answer::json_with_status(201, &json!({ "id": id.to_string(), "page": format!("{}{path}", cx.app.base_url), "pay": pay(&begun) })))
}

/// How to pay now; an empty reference means that the order still stands in the waiting room.
fn pay(gift: &GiftView) -> Value {
    let reference = match &gift.order {
        Order::Ordered { reference, .. } => reference.as_str(),
        _ => "",
    };
    json!({ "kind": gift.trade_type.word(), "reference": reference })
}

/// `GET /api/gifts/{id}/{code}`: state, and where the money is once the gift has its place.
fn gift(cx: &Cx) -> Outcome {
    let gift = actions::find(&cx.app, cx.id_param("id")?, cx.param("code"))?;
    let yuan = |fen: i64| money::Fen(fen).yuan_text();
    let stage = rules::stage(&gift, false);
    let mut answer = json!({
        "id": gift.id.to_string(),
        "state": stage.word(),
        "project": gift.project_id.to_string(),
        "recipient": gift.recipient_name,
        "amount": yuan(gift.amount_fen),
        "anonymous": gift.anonymous,
        "name": gift.name,
        "message": gift.message,
        "snapshot": hex(&gift.snapshot_hash),
        "begun_at": civil::rfc3339(gift.created_at),
        "paid_at": gift.paid_at.map(civil::rfc3339),
        "pay": pay(&gift),
    });
    if let Order::Waiting = gift.order {
        let queue = actions::queue(&cx.app, gift.id, cx.now)?;
        answer["waiting"] = json!({ "before": queue.before, "estimate_s": queue.estimate.map(seconds) });
    }
    if let Some(place) = gift.place {
        let w = cx
            .app
            .db
            .read(|tx| -> Result<_, Trouble> { Ok(projects::whereabouts(tx, gift.project_id, place.before_fen, gift.amount_fen)?) })?;
        answer["position"] = place.position.into();
        answer["whereabouts"] = json!({
            "in_account": yuan(w.in_account_fen),
            "with_implementer": yuan(w.with_implementer_fen),
            "spent": yuan(w.spent_fen),
            "given_back": yuan(w.refunded_fen),
            "redirected": yuan(w.redirected_fen),
            "in_place_of_gifts_given_back": yuan(w.in_place_fen),
            "as_of": civil::rfc3339(cx.now),
        });
    }
    Ok(Answer::json(&answer))
}

fn seconds(wait: Micros) -> i64 {
    (wait + 999_999) / 1_000_000
}
