//! Who is there: organisations with their papers and accounts, staff with their seats, donors with their telephones.

use std::collections::HashMap;

use app::App;
use app::kernel::civil::{add_months, day_of};
use app::kernel::{Actor, Id, Micros, Role, Strength, sha256};
use app::organisations::{self, CertificateKind, Kind, LONG_TERM_DAY, NewCertificate, NewOrganisation, actions as organisation_actions};
use app::people::{self, actions as people_actions};
use app::web;

use crate::text::{Organisation, People};
use crate::{DemoFault, SignIn, doing};

pub struct Cast {
    organisations: HashMap<String, Founded>,
    staff: Vec<(String, Role, Actor)>,
    pub donors: Vec<Actor>,
}

pub struct Founded {
    pub id: Id,
    pub credit_code: String,
}

/// A second factor that is the same in every example world. It protects nothing: it is printed.
fn totp_secret(login: &str) -> [u8; 20] {
    sha256(format!("the example world's {login}").as_bytes())[..20].try_into().expect("a hash is longer")
}

pub fn sign_ins(people: &People) -> Vec<SignIn> {
    let with_login = people.staff.iter().filter_map(|s| Some((s, s.login.as_deref()?)));
    with_login
        .map(|(s, login)| {
            let address = people::provisioning_address(login, &totp_secret(login));
            let secret = address.split(['?', '&']).find_map(|part| part.strip_prefix("secret="));
            SignIn {
                who: s.task.clone(),
                english_who: s.english_task.clone(),
                login: login.to_owned(),
                password: people.password.clone(),
                totp_secret_base32: secret.unwrap_or_default().to_owned(),
                opens: s.opens.clone(),
            }
        })
        .collect()
}

impl Cast {
    pub fn assemble(app: &App, organisations: &[Organisation], people: &People, now: Micros) -> Result<Cast, DemoFault> {
        let mut cast = Cast { organisations: HashMap::new(), staff: Vec::new(), donors: Vec::new() };
        for told in organisations {
            cast.organisations.insert(told.key.clone(), found(app, told, now)?);
        }
        for told in &people.staff {
            let role = Role::from_word(&told.role).unwrap_or_else(|| panic!("data/demo/people.toml: no role {}", told.role));
            let organisation_id = cast.organisation(&told.organisation).id;
            let id = doing(|| format!("a person {}", told.name), people_actions::create_person(app, &told.name))?;
            if let Some(login) = &told.login {
                let made = people_actions::make_staff(app, id, login, &people.password, &totp_secret(login));
                doing(|| format!("the login {login}"), made)?;
            }
            doing(|| format!("a seat for {}", told.name), organisation_actions::give_seat(app, organisation_id, id, role, now, None))?;
            cast.staff.push((told.organisation.clone(), role, actor(app, id, Strength::Staff, now)?));
        }
        for told in &people.donor {
            let id = doing(|| format!("a donor {}", told.name), people_actions::create_person(app, &told.name))?;
            doing(|| format!("the telephone of {}", told.name), people_actions::set_phone(app, id, &told.phone))?;
            cast.donors.push(actor(app, id, Strength::Phone, now)?);
        }
        Ok(cast)
    }

    pub fn organisation(&self, key: &str) -> &Founded {
        self.organisations.get(key).unwrap_or_else(|| panic!("data/demo: no organisation {key}"))
    }

    pub fn find(&self, organisation: &str, role: Role) -> Option<&Actor> {
        self.staff.iter().find(|(key, held, _)| key == organisation && *held == role).map(|(_, _, actor)| actor)
    }

    /// Whoever was seated last in this role.
    pub fn last(&self, organisation: &str, role: Role) -> &Actor {
        let all = self.staff.iter().filter(|(key, held, _)| key == organisation && *held == role);
        all.map(|(_, _, actor)| actor).next_back().unwrap_or_else(|| panic!("data/demo: nobody is {} of {organisation}", role.word()))
    }

    pub fn staff(&self, organisation: &str, role: Role) -> &Actor {
        self.find(organisation, role).unwrap_or_else(|| panic!("data/demo: nobody is {} of {organisation}", role.word()))
    }
}

/// The person as the pages would see them: with a session, and the seats that the database says they hold.
fn actor(app: &App, person_id: Id, strength: Strength, now: Micros) -> Result<Actor, DemoFault> {
    let token = app.db.write(|tx| web::open_session(tx, person_id, strength, now))?;
    let actor = web::actor_of_session(&app.db, &token, now)?;
    app.db.write(|tx| web::end_session(tx, &token))?;
    Ok(actor)
}

fn found(app: &App, told: &Organisation, now: Micros) -> Result<Founded, DemoFault> {
    // 53: a foundation registered with the authority of civil affairs (GB 32100-2015).
    let credit_code = organisations::complete_credit_code(&format!("53{}{}", &told.area[..6], told.code))
        .unwrap_or_else(|| panic!("data/demo/organisations.toml: the code of {}", told.key));
    let kind = Kind::from_word(&told.kind).unwrap_or_else(|| panic!("data/demo/organisations.toml: the kind of {}", told.key));
    let today = day_of(now);
    let registration = NewCertificate {
        kind: CertificateKind::Registration,
        number: credit_code.clone(),
        issuer: "演示民政局（虚构）".to_owned(),
        valid_from_day: add_months(today, -48),
        valid_until_day: LONG_TERM_DAY,
    };
    let fundraising = NewCertificate {
        kind: CertificateKind::PublicFundraising,
        number: format!("演示募字 {}", told.code),
        valid_from_day: add_months(today, -24),
        valid_until_day: add_months(today, 36),
        ..registration.clone()
    };
    let certificates = if told.mchid.is_some() { vec![registration, fundraising] } else { vec![registration] };
    let new = NewOrganisation {
        kind,
        name: told.name.clone(),
        english_name: told.english_name.clone(),
        credit_code: credit_code.clone(),
        about: told.about.clone(),
        english_about: told.english_about.clone(),
        address: told.address.clone(),
        contact: told.contact.clone(),
        area_code: told.area.clone(),
        certificates,
    };
    let id = doing(|| format!("the organisation {}", told.name), organisation_actions::found(app, new))?;
    Ok(Founded { id, credit_code })
}
