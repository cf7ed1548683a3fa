//! The text of a base run's model as a tree that an overlay changes: keys keep their order, series and topology nodes
//! their places. What goes out is YAML again, without comments, aliases and the model's tests, which are about the base.

use flowtime::model::Model;
use serde_yaml::{Mapping, Value};

use super::OverlayError;
use super::spec::{Scalar, SeriesOverlay};

/// A model in the making.
pub(super) struct Document {
    root: Value,
}

impl Document {
    /// The document of a model's text.
    pub(super) fn parse(text: &str) -> Result<Self, OverlayError> {
        let mut root: Value = serde_yaml::from_str(text)?;
        root.apply_merge()?;
        if let Some(root) = root.as_mapping_mut() {
            root.shift_remove("tests");
        }
        Ok(Self { root })
    }

    /// Its text.
    pub(super) fn text(&self) -> Result<String, OverlayError> {
        Ok(serde_yaml::to_string(&self.root)?)
    }

    /// Adds the series, or puts it in the place of the one of its name in `base`.
    pub(super) fn set_series(&mut self, overlay: &SeriesOverlay, base: &Model) -> Result<(), OverlayError> {
        let Value::Mapping(mut entry) = serde_yaml::to_value(overlay)? else { return Ok(()) };
        entry.shift_remove("nodeId");
        let Some(series) = self.list("nodes") else { return Ok(()) };
        let place = base.series.iter().position(|one| one.id.value == overlay.node_id);
        let Some(old) = place.and_then(|place| series.get_mut(place)) else {
            series.push(named(&overlay.node_id, entry));
            return Ok(());
        };
        let kept = ["unit", "description"].map(|key| Some((Value::from(key), old.get(key)?.clone())));
        entry.extend(kept.into_iter().flatten());
        *old = named(&overlay.node_id, entry);
        Ok(())
    }

    /// Adds a const series with data from a file of the base run, or written out.
    pub(super) fn add_data(&mut self, id: &str, data: BaseData) {
        let (key, data) = match data {
            BaseData::File(path) => ("source", Value::from(format!("file://{path}"))),
            BaseData::Values(values) => ("values", values.into_iter().map(number).collect()),
        };
        let entry = [(Value::from("kind"), Value::from("const")), (Value::from(key), data)];
        if let Some(series) = self.list("nodes") {
            series.push(named(id, entry.into_iter().collect()));
        }
    }

    /// Gives the role of the topology node at `place` to something else.
    pub(super) fn set_role(&mut self, place: usize, role: &str, value: Option<&Scalar>) {
        let value = match value {
            None => Value::Null,
            Some(Scalar::Bool(value)) => Value::from(*value),
            Some(Scalar::Number(value)) => Value::from(*value),
            Some(Scalar::Name(name)) => Value::from(name.as_str()),
        };
        let nodes = self.root.get_mut("topology").and_then(|topology| topology.get_mut("nodes"));
        let node = nodes.and_then(Value::as_sequence_mut).and_then(|nodes| nodes.get_mut(place));
        let Some(node) = node.and_then(Value::as_mapping_mut) else { return };
        let semantics = node.entry(Value::from("semantics")).or_insert(Value::Null);
        if semantics.is_null() {
            *semantics = Value::Mapping(Mapping::new());
        }
        if let Some(semantics) = semantics.as_mapping_mut() {
            semantics.insert(Value::from(role), value);
        }
    }

    /// Sets the parameter at `place`.
    pub(super) fn set_parameter(&mut self, place: usize, value: f64) {
        let parameter = self.list("parameters").and_then(|parameters| parameters.get_mut(place));
        if let Some(parameter) = parameter.and_then(Value::as_mapping_mut) {
            parameter.insert(Value::from("value"), Value::from(value));
        }
    }

    /// Writes out which series are outputs: name and id of each.
    pub(super) fn set_outputs(&mut self, outputs: &[(String, String)]) {
        let rule = |(name, series): &(String, String)| {
            let mut rule = Mapping::from_iter([(Value::from("series"), Value::from(series.as_str()))]);
            if name != series {
                rule.insert(Value::from("as"), Value::from(name.as_str()));
            }
            Value::Mapping(rule)
        };
        self.set("outputs", outputs.iter().map(rule).collect());
    }

    /// Notes the run that it was laid over, and what it is called.
    pub(super) fn set_origin(&mut self, base: &str, scenario: Option<&str>) {
        let mut origin = Mapping::from_iter([(Value::from("baseRunId"), Value::from(base))]);
        origin.extend(scenario.map(|name| (Value::from("scenario"), Value::from(name))));
        self.set("x-overlay", Value::Mapping(origin));
    }

    fn set(&mut self, key: &str, value: Value) {
        if let Some(root) = self.root.as_mapping_mut() {
            root.insert(Value::from(key), value);
        }
    }

    fn list(&mut self, key: &str) -> Option<&mut Vec<Value>> {
        self.root.get_mut(key)?.as_sequence_mut()
    }
}

/// What a series was in the base run.
pub(super) enum BaseData {
    /// A CSV file of the run, by its path there.
    File(String),
    /// Its values, NaN where one is missing.
    Values(Vec<f64>),
}

fn named(id: &str, rest: Mapping) -> Value {
    let id = (Value::from("id"), Value::from(id));
    Value::Mapping(std::iter::once(id).chain(rest).collect())
}

fn number(value: f64) -> Value {
    if value.is_nan() { Value::Null } else { Value::from(value) }
}
