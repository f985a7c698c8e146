//! The product, in slices.
