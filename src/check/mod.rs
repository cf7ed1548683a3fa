//! From a decoded model to one whose every name, type and dependency holds.

use crate::model::Model;

/// A series of the model, by its place in `Model::series`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SeriesId(pub u32);

/// A model without errors.
#[derive(Debug)]
pub struct CheckedModel {
    /// As decoded.
    pub model: Model,
    /// What is written, in order: name and series.
    pub outputs: Vec<(String, SeriesId)>,
}
