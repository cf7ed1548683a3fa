//! What an overlay changes, as it is written in a file or a request: series added or replaced, roles played by other
//! series, parameters with other values. Text comes in, a plain value goes out; nothing is looked up in any run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// An overlay as it is written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OverlaySpec {
    /// `overlay`, where it is said at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<SpecMode>,
    /// The run that it is for, where it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_run_id: Option<String>,
    /// Series that are added or replaced.
    #[serde(default)]
    pub overlays: Vec<SeriesOverlay>,
    /// Roles that are played by other series.
    #[serde(default)]
    pub topology_override: TopologyOverride,
    /// What it is called, and parameters of the model with other values.
    #[serde(default)]
    pub parameters: OverlayParameters,
}

/// The one mode that a request for an overlay has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SpecMode {
    /// From another run.
    Overlay,
}

/// A series that is added, or takes the place of the one of its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeriesOverlay {
    /// Its id.
    pub node_id: String,
    /// Whether it has a formula or data.
    pub kind: OverlayKind,
    /// The formula.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expr: Option<String>,
    /// One value per bin; missing is `null`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<Option<f64>>>,
    /// The value of every bin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// What lagged reads see before bin 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial: Option<Scalar>,
}

/// The kinds of series that an overlay can bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OverlayKind {
    /// A formula.
    Expr,
    /// Data.
    Const,
}

/// Roles that are played by other series.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TopologyOverride {
    /// By topology node.
    #[serde(default)]
    pub nodes: Vec<NodeOverride>,
}

/// What is other for a topology node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NodeOverride {
    /// The node's id.
    pub id: String,
    /// Role to series id, `null` for none; `sla_min` and `q0` are numbers.
    #[serde(default)]
    pub semantics: BTreeMap<String, Option<Scalar>>,
}

/// A number, a truth value, or a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A name.
    Name(String),
}

/// What an overlay is called, and the parameters that it sets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OverlayParameters {
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario_name: Option<String>,
    /// Values of the model's own parameters.
    #[serde(flatten)]
    pub values: BTreeMap<String, f64>,
}

impl OverlaySpec {
    /// Reads it from YAML or JSON.
    ///
    /// # Errors
    /// The text is none, or has what an overlay can't have; the message says where.
    pub fn parse(text: &str) -> Result<Self, serde_yaml::Error> {
        serde_yaml::from_str(text)
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        let roles = self.topology_override.nodes.iter().all(|node| node.semantics.is_empty());
        self.overlays.is_empty() && roles && self.parameters.values.is_empty()
    }

    /// Takes over what `later` says; where both say something, `later` holds.
    pub fn extend(&mut self, later: OverlaySpec) {
        self.overlays.extend(later.overlays);
        self.topology_override.nodes.extend(later.topology_override.nodes);
        self.parameters.values.extend(later.parameters.values);
        self.parameters.scenario_name = later.parameters.scenario_name.or(self.parameters.scenario_name.take());
    }
}

impl SeriesOverlay {
    /// From `id = formula`, where the formula may be just a number.
    ///
    /// # Errors
    /// There is no id or no formula.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (id, formula) = sides(text).ok_or("expected `series=formula`")?;
        let number = formula.parse::<f64>().ok().filter(|number| number.is_finite());
        let kind = if number.is_some() { OverlayKind::Const } else { OverlayKind::Expr };
        let expr = number.is_none().then(|| formula.to_owned());
        Ok(Self { node_id: unquoted(id).to_owned(), kind, expr, values: None, value: number, initial: None })
    }
}

impl NodeOverride {
    /// From `Node.role=series`; a number where the role takes one.
    ///
    /// # Errors
    /// A part of it is missing.
    pub fn parse(text: &str) -> Result<Self, String> {
        let expected = "expected `Node.role=series`";
        let (place, series) = sides(text).ok_or(expected)?;
        let (node, role) = place.rsplit_once('.').ok_or(expected)?;
        let number = series.parse::<f64>().ok().filter(|_| NUMBERS.contains(&role.trim()));
        let value = number.map_or_else(|| Scalar::Name(unquoted(series).to_owned()), Scalar::Number);
        let semantics = BTreeMap::from([(role.trim().to_owned(), Some(value))]);
        Ok(Self { id: unquoted(node.trim()).to_owned(), semantics })
    }
}

/// The keys of `semantics` that are no roles of series.
pub(super) const NUMBERS: [&str; 2] = ["sla_min", "q0"];

/// What stands before and behind the first `=`, if both are something.
fn sides(text: &str) -> Option<(&str, &str)> {
    let (left, right) = text.split_once('=')?;
    let (left, right) = (left.trim(), right.trim());
    (!left.is_empty() && !right.is_empty()).then_some((left, right))
}

fn unquoted(id: &str) -> &str {
    id.strip_prefix('`').and_then(|id| id.strip_suffix('`')).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_is_set_to_a_formula_or_a_number() {
        let set = |text| SeriesOverlay::parse(text).map(|one| (one.node_id, one.expr, one.value));
        let formula = Ok(("full".to_owned(), Some("queue == 5".to_owned()), None));
        assert_eq!(set("full = queue == 5"), formula);
        assert_eq!(set("`a-b`=2e2"), Ok(("a-b".to_owned(), None, Some(200.0))));
        assert_eq!(set("full"), Err("expected `series=formula`".to_owned()));
        assert_eq!(set("full="), Err("expected `series=formula`".to_owned()));
    }

    #[test]
    fn a_role_is_mapped_to_a_series_or_its_number() {
        let map = |text| NodeOverride::parse(text).map(|one| (one.id, one.semantics));
        let of = |role: &str, value| BTreeMap::from([(role.to_owned(), Some(value))]);
        assert_eq!(map("a.b.capacity=c"), Ok(("a.b".to_owned(), of("capacity", Scalar::Name("c".to_owned())))));
        assert_eq!(map("Q.sla_min=5"), Ok(("Q".to_owned(), of("sla_min", Scalar::Number(5.0)))));
        assert_eq!(map("Q.queue=5"), Ok(("Q".to_owned(), of("queue", Scalar::Name("5".to_owned())))));
        assert!(map("capacity=c").is_err());
    }

    #[test]
    fn the_request_of_the_manual_is_read_as_yaml_and_as_json() {
        let json = r#"{ "mode": "overlay", "baseRunId": "run_1",
            "overlays": [{ "nodeId": "twice", "kind": "expr", "expr": "capacity * 2" }],
            "topologyOverride": { "nodes": [{ "id": "Orders", "semantics": { "capacity": "twice" } }] },
            "parameters": { "scenario_name": "Twice", "growth": 2 } }"#;
        let spec = OverlaySpec::parse(json).unwrap();
        assert_eq!(spec.parameters.scenario_name.as_deref(), Some("Twice"));
        assert_eq!(spec.parameters.values["growth"], 2.0);
        let yaml = serde_yaml::to_string(&spec).unwrap();
        assert_eq!(OverlaySpec::parse(&yaml).unwrap(), spec);
        let error = OverlaySpec::parse("overlay: []").unwrap_err().to_string();
        assert!(error.starts_with("unknown field `overlay`"), "{error}");
    }
}
