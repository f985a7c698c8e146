//! The command line.

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

pub fn command() -> Command {
    Command::new("huihai")
        .about("汇海: the open platform for internet charity")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .arg(Arg::new("log-json").long("log-json").action(ArgAction::SetTrue).global(true).help("write logs as JSON lines"))
        .subcommand(
            Command::new("demo")
                .about("an example world on SQLite, ready to click; no real money")
                .arg(Arg::new("data").long("data").value_name("DIR").default_value("data").help("where the example world is kept"))
                .arg(Arg::new("listen").long("listen").value_name("ADDRESS").default_value("127.0.0.1:8080").help("where to serve it")),
        )
        .subcommand(
            Command::new("serve")
                .about("the real thing, as the configuration file says")
                .arg(Arg::new("config").long("config").value_name("FILE").required(true)),
        )
        .subcommand(place(Command::new("migrate").about("bring the schema up to date and say what was done")))
        .subcommand(
            place(Command::new("check").about("verify every invariant of the books from the rows"))
                .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("one JSON object instead of sentences"))
                .arg(
                    Arg::new("acknowledged")
                        .long("acknowledged")
                        .value_name("FILE")
                        .help("also look for every gift in this file of 64-bit little-endian ids, as `bench gifts` writes it"),
                ),
        )
        .subcommand(
            place(Command::new("backup").about("write the database and the deployment's secret into a new folder, while serving goes on"))
                .arg(Arg::new("to").long("to").value_name("DIR").required(true).help("a folder that does not exist yet"))
                .arg(Arg::new("secret").long("secret").value_name("FILE").help("the deployment's secret [default: in the data directory]"))
                .arg(
                    Arg::new("without-secret")
                        .long("without-secret")
                        .action(ArgAction::SetTrue)
                        .conflicts_with("secret")
                        .help("the secret is kept elsewhere"),
                ),
        )
        .subcommand(
            place(Command::new("report").about("the platform's half-yearly report, counted from the ledger and the records"))
                .arg(Arg::new("half").long("half").value_name("HALF").required(true).help("for example 2026H2"))
                .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("the bytes that are published and hashed"))
                .arg(Arg::new("html").long("html").action(ArgAction::SetTrue).conflicts_with("json").help("a page of its own"))
                .arg(
                    Arg::new("publish").long("publish").action(ArgAction::SetTrue).help("publish it for good; the half year must be over"),
                ),
        )
        .subcommand(
            Command::new("restore")
                .about("bring a backup back into an empty place, and check it")
                .arg(Arg::new("from").long("from").value_name("DIR").required(true))
                .arg(Arg::new("data").long("data").value_name("DIR").help("the data directory [default for SQLite: data]"))
                .arg(
                    Arg::new("database")
                        .long("database")
                        .value_name("URL")
                        .help("an empty PostgreSQL database, for a backup of PostgreSQL"),
                ),
        )
        .subcommand(
            Command::new("move")
                .about("copy a SQLite installation into an empty PostgreSQL, all of it or nothing, and compare")
                .arg(Arg::new("data").long("data").value_name("DIR").help("the data directory [default: data]"))
                .arg(Arg::new("to").long("to").value_name("URL").required(true).help("the PostgreSQL database")),
        )
        .subcommand(
            Command::new("verify")
                .about("check a proof from the public log, offline; exit code 0: it holds, 1: it does not")
                .arg(Arg::new("file").value_name("FILE").required(true).help("a .tlog-proof file"))
                .arg(
                    Arg::new("policy")
                        .long("policy")
                        .value_name("FILE")
                        .required(true)
                        .help("whom to believe (C2SP tlog-policy); a log serves its own at /log/policy, witnesses tell theirs"),
                )
                .arg(
                    Arg::new("max-age")
                        .long("max-age")
                        .value_name("SECONDS")
                        .value_parser(value_parser!(u64))
                        .help("the witnesses must have signed no longer ago than this"),
                ),
        )
        .subcommand(witness())
        .subcommand(
            Command::new("bench")
                .about("repeatable benchmarks")
                .subcommand_required(true)
                .subcommand(bench_gifts())
                .subcommand(bench_log()),
        )
}

fn witness() -> Command {
    let file = |name: &'static str, help: &'static str| Arg::new(name).long(name).value_name("FILE").help(help);
    Command::new("witness")
        .about("watch somebody's public log and cosign what it signs, so that it cannot show two pasts")
        .arg(file("key", "the witness's key, made on first use").required(true))
        .arg(Arg::new("name").long("name").value_name("NAME").help("in whose name the key is made, e.g. witness.example.edu"))
        .arg(
            Arg::new("log")
                .long("log")
                .value_name("VKEY_OR_POLICY_FILE")
                .required(true)
                .action(ArgAction::Append)
                .help("the key of the log to watch, or a policy file that names it; may be said more than once"),
        )
        .arg(Arg::new("state").long("state").value_name("DIR").required(true).help("what was cosigned; a witness that loses it is retired"))
        .arg(Arg::new("listen").long("listen").value_name("ADDRESS").default_value("127.0.0.1:8090"))
        .arg(
            Arg::new("validate")
                .long("validate")
                .value_name("LOG_URL")
                .requires("validating-key")
                .help("also read the log's entries here, and vouch for the books with a second key while they hold"),
        )
        .arg(file("validating-key", "the second key, made on first use").requires("validate"))
}

/// Where the database is: a data directory, a PostgreSQL address, or a configuration file that says so.
fn place(command: Command) -> Command {
    command
        .arg(Arg::new("data").long("data").value_name("DIR").help("a data directory with SQLite in it [default: data]"))
        .arg(Arg::new("database").long("database").value_name("URL").conflicts_with("data").help("a PostgreSQL address"))
        .arg(Arg::new("config").long("config").value_name("FILE").conflicts_with_all(["data", "database"]).help("a configuration file"))
}

fn bench_log() -> Command {
    let number = |name: &'static str, default: &'static str| {
        Arg::new(name).long(name).value_name("N").default_value(default).value_parser(value_parser!(usize))
    };
    Command::new("log")
        .about("facts into the public log, and how soon a gift has its proof, with two witnesses on loopback")
        .arg(Arg::new("engine").long("engine").value_parser(["sqlite", "postgres"]).default_value("sqlite"))
        .arg(number("entries", "1000000").help("how many facts are sequenced and published"))
        .arg(number("rate", "2000").help("how many gifts a second come in for the proofs"))
        .arg(number("seconds", "20").help("for so long"))
        .arg(Arg::new("database").long("database").value_name("URL").help("PostgreSQL: an empty database"))
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("one JSON object on standard output"))
}

fn bench_gifts() -> Command {
    let number = |name: &'static str, default: &'static str| {
        Arg::new(name).long(name).value_name("N").default_value(default).value_parser(value_parser!(usize))
    };
    Command::new("gifts")
        .about("confirmations of gifts into the books, through the route's and the batch writer's own functions")
        .arg(Arg::new("engine").long("engine").value_parser(["sqlite", "postgres"]).default_value("sqlite"))
        .arg(Arg::new("via").long("via").value_parser(["store", "http"]).default_value("store"))
        .arg(number("gifts", "1000000").help("how many gifts are confirmed"))
        .arg(number("projects", "10000").help("over how many projects, skewed"))
        .arg(number("batch", "5000").help("how many confirmations one group commit may carry"))
        .arg(number("writers", "0").help("writer threads; 0: one on SQLite, two on PostgreSQL"))
        .arg(number("connections", "128").help("via http: connections of the load"))
        .arg(number("naive", "3000").help("how many gifts the naive way is measured with; 0: not at all"))
        .arg(number("without-log", "0").help(
            "also measure so many gifts with the public log and as many without, in turns, via the store, before the others; `huihai check` then says that the log lacks those",
        ))
        .arg(Arg::new("data").long("data").value_name("DIR").help("where SQLite and the public log are kept [default: a temporary folder, removed at the end]"))
        .arg(Arg::new("policy").long("policy").value_name("FILE").help("the policy of the public log in --data, with its witnesses [default: none]"))
        .arg(Arg::new("database").long("database").value_name("URL").help("PostgreSQL: an empty database"))
        .arg(
            Arg::new("acknowledged")
                .long("acknowledged")
                .value_name("FILE")
                .help("append the id of every acknowledged gift, 64 bits little-endian"),
        )
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("one JSON object on standard output"))
}

/// A text argument.
pub fn text<'a>(asked: &'a ArgMatches, name: &str) -> Option<&'a str> {
    asked.get_one::<String>(name).map(String::as_str)
}
