//! Names of series and roles looked up in a model. Names come in as they are written; a place or another name goes out,
//! none where there is nothing.

use flowtime::check::SeriesId;
use flowtime::model::{Model, Role, TopologyNode};

/// The place of a series in the model.
pub(super) fn id_of(model: &Model, name: &str) -> Option<SeriesId> {
    (0..).map(SeriesId).zip(&model.series).find(|(_, series)| series.id.value == name).map(|(id, _)| id)
}

/// The series that plays `role` for `node`.
pub(super) fn role_of(node: &TopologyNode, role: Role) -> Option<&str> {
    node.semantics.iter().find(|(other, _)| *other == role).map(|(_, id)| id.value.as_str())
}
