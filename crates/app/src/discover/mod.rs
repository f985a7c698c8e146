//! What a stranger finds first: the home page, what this is, help, and the one page on the article's true figures.
//!
//! * `article` – the figures of the article as data, read from `data/article/figures.tsv`.
//! * `store` – what the home page reads from the folds of all slices.
//! * `pages` – `/`, `/about`, `/help`, `/about/article`.
//!
//! This slice writes nothing. Everything on its pages is public: it reads only what every visitor may see.

mod article;
mod pages;
mod store;

pub use pages::routes;
