//! Amounts of money in fen.
