//! The only crate that names SQLite or PostgreSQL.
