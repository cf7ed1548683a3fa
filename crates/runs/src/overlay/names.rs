//! What an overlay names held against the base run: the run itself, parameters, topology nodes, roles, and the series that
//! play them. What isn't there is an error with the nearest name; formulas are checked with the merged model.

use std::collections::BTreeSet;

use flowtime::model::{Model, Role};

use super::error::OverlayError;
use super::spec::{NUMBERS, OverlaySpec, Scalar};
use crate::stored::StoredRun;

/// All that the overlay names must be there.
pub(super) fn check_names(base: &StoredRun, spec: &OverlaySpec, model: &Model) -> Result<(), OverlayError> {
    if spec.is_empty() {
        return Err(OverlayError::Empty);
    }
    let found = base.id().unwrap_or_default();
    if let Some(expected) = spec.base_run_id.clone().filter(|expected| *expected != found) {
        return Err(OverlayError::OtherBase { expected, found });
    }
    let parameters = || model.parameters.iter().map(|parameter| parameter.id.value.as_str());
    if let Some(name) = spec.parameters.values.keys().find(|name| !parameters().any(|known| known == *name)) {
        return Err(match of_template(model, name) {
            true => OverlayError::TemplateParameter { name: name.clone() },
            false => OverlayError::unknown("parameter", name, "the base run has", parameters()),
        });
    }
    let nodes = || model.topology.nodes.iter().map(|node| node.id.value.as_str());
    let added = spec.overlays.iter().map(|overlay| overlay.node_id.as_str());
    let series: BTreeSet<&str> = model.series.iter().map(|series| series.id.value.as_str()).chain(added).collect();
    for node in &spec.topology_override.nodes {
        if !nodes().any(|known| known == node.id) {
            return Err(OverlayError::unknown("topology node", &node.id, "the base run has", nodes()));
        }
        for (role, value) in &node.semantics {
            check_role(role, value.as_ref(), &series)?;
        }
    }
    Ok(())
}

/// Whether the model was made of a template with the parameter `name`.
fn of_template(model: &Model, name: &str) -> bool {
    model.provenance.as_ref().and_then(|from| from.get("parameters")?.get(name)).is_some()
}

fn check_role(role: &str, value: Option<&Scalar>, series: &BTreeSet<&str>) -> Result<(), OverlayError> {
    let roles = || Role::ALL.iter().map(|role| role.name()).chain(NUMBERS);
    if !roles().any(|known| known == role) {
        return Err(OverlayError::unknown("role", role, "a topology node has", roles()));
    }
    match value {
        Some(Scalar::Name(name)) if !NUMBERS.contains(&role) && !series.contains(name.as_str()) => {
            Err(OverlayError::unknown("series", name, "base run and overlay have", series.iter().copied()))
        }
        _ => Ok(()),
    }
}
