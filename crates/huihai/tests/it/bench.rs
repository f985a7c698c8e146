//! A benchmark leaves real gifts that `huihai check` counts, whichever way they came. No time is tested here.

use db::Engine;

use crate::program::{Place, huihai, json};

#[test]
fn what_a_benchmark_leaves_is_counted_and_clean() {
    for (engine, via) in [(Engine::Sqlite, "store"), (Engine::Sqlite, "http"), (Engine::Postgres, "store"), (Engine::Postgres, "http")] {
        let place = Place::new(engine);
        // Signing is slow without optimisation.
        let gifts = if via == "http" { "60" } else { "3000" };
        let arguments = ["bench", "gifts", "--via", via, "--gifts", gifts, "--projects", "50", "--naive", "20", "--batch", "500", "--json"];
        let said = json(&huihai(&arguments, &place.for_bench()).output().expect("the program starts"));
        assert!(said["gifts_per_s"].as_f64().unwrap() > 0.0, "{said}");
        assert!(said["naive_gifts_per_s"].as_f64().unwrap() > 0.0, "{said}");
        assert!(via == "http" || said["bytes_per_gift"].as_f64().unwrap() > 0.0, "{said}");
        let checked = json(&huihai(&["check", "--json"], &place.for_check()).output().expect("the program starts"));
        let expected = gifts.parse::<i64>().unwrap() + 20;
        assert_eq!(checked["gifts"].as_i64(), Some(expected), "{checked}");
        assert_eq!(checked["findings"].as_array().map(Vec::len), Some(0), "{checked}");
    }
}
