//! The small tree over a batch's side data, held whole in memory: one root that goes into the entry, one path for each gift of the batch.
//!
//! It is the same kind of tree as the log's, so [`verify_inclusion`](crate::verify_inclusion) checks its paths.

use crate::hash::{EMPTY_ROOT, Hash};

/// Every row of the tree, the leaves first. A node without a sibling stands again in the row above.
#[derive(Clone, Debug)]
pub struct Batch {
    rows: Vec<Vec<Hash>>,
}

impl Batch {
    /// The tree over these lines of side data, in their order.
    pub fn of_lines<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Self {
        Self::of_leaves(lines.into_iter().map(Hash::of_leaf).collect())
    }

    /// The tree over lines whose hashes are known.
    #[must_use]
    pub fn of_leaves(leaves: Vec<Hash>) -> Self {
        let mut rows = vec![leaves];
        while let Some(row) = rows.last().filter(|row| row.len() > 1) {
            let above = row.chunks(2).map(|pair| if let [left, right] = pair { Hash::of_node(left, right) } else { pair[0] }).collect();
            rows.push(above);
        }
        Self { rows }
    }

    /// How many lines there are.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.rows[0].len() as u64
    }

    /// What the entry of the batch says about all its lines.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.rows.last().and_then(|top| top.first()).copied().unwrap_or(EMPTY_ROOT)
    }

    /// The way from a line to the root, the sibling of the line first; `None` when there is no such line.
    #[must_use]
    pub fn path(&self, index: u64) -> Option<Vec<Hash>> {
        let mut at = usize::try_from(index).ok().filter(|at| *at < self.rows[0].len())?;
        let mut path = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            path.extend(row.get(at ^ 1));
            at /= 2;
        }
        Some(path)
    }
}
