//! Accounts, transfers and their auditor.
