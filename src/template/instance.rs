//! One model of a template: the template's trees with values for placeholders, joined, chosen from and put in order.

use std::collections::BTreeMap;

use serde_json::Value;

use super::arguments::Arguments;
use super::assemble::{Clock, Origin, assemble, write_arguments};
use super::draft::{Draft, value_at};
use super::error::{Problems, TemplateError};
use super::include::Part;
use super::load::{Template, TemplateKind};
use super::select::select;
use super::substitute::{Scope, substitute};
use super::write::write;
use crate::diagnostics::Sink;
use crate::driver::{self, Check};
use crate::load::{SourceCheck, SourceLoader};
use crate::model::decode::value::is_null;
use crate::model::yaml::Node;
use crate::source::Sources;

/// Where telemetry lies unless the caller says otherwise.
const TELEMETRY_DIR: &str = "telemetry";

/// A model made of a template.
#[derive(Clone, Debug)]
pub struct Instance {
    /// The model, as `model.yaml` should hold it.
    pub text: String,
    /// The template's name.
    pub name: String,
    /// The template's version.
    pub version: String,
    /// What the template's series come from.
    pub kind: TemplateKind,
    /// The values of the template's parameters, defaults included, in the order of their declaration.
    pub parameters: Vec<(String, Value)>,
    /// The template's files, and last `<arguments>`, what the caller said about window and grid.
    pub sources: Sources,
    /// The model's tree; its spans lie in `sources`.
    tree: Node,
}

impl Instance {
    /// Checks the model as [`driver::check()`] would check its text, but with every diagnostic where the template has
    /// what is wrong.
    pub fn check(&self, loader: &dyn SourceLoader, sources: SourceCheck) -> Check {
        driver::check_tree(self.sources.clone(), &self.tree, loader, sources)
    }
}

impl Template {
    /// Makes a model of the template; the model itself is not checked yet.
    ///
    /// # Errors
    /// When a parameter or a selected node doesn't fit the template, or a part of it is not what it should be.
    pub fn instantiate(&self, arguments: &Arguments) -> Result<Instance, TemplateError> {
        let resolved = arguments.resolve(&self.parameters)?;
        let parameters: Vec<(String, Value)> =
            resolved.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let mut sources = self.sources.clone();
        let reserved = arguments.reserved()?;
        let given = write_arguments(&reserved, &mut sources);
        let mut scope = Scope { values: parameters.iter().cloned().collect(), available: arguments.available.clone() };
        scope.values.insert("telemetry_dir".to_owned(), Value::from(TELEMETRY_DIR));
        scope.values.extend(reserved);
        let clock = self.clock(&given, &scope)?;
        scope.values.extend(clock.values.clone());

        let mut draft = self.draft(&scope, &sources)?;
        select(&mut draft, arguments.selection.as_deref())?;
        let generated_at = arguments.generated_at.as_deref();
        let origin = Origin { generated_at, name: &self.name, version: &self.version, parameters: &parameters };
        let tree = assemble(draft, clock, &origin, self.home);
        let (name, version) = (self.name.clone(), self.version.clone());
        Ok(Instance { text: write(&tree), name, version, kind: self.kind, parameters, sources, tree })
    }

    /// The parts of all files with their values.
    fn draft(&self, scope: &Scope, sources: &Sources) -> Result<Draft, TemplateError> {
        let (mut draft, mut sink) = (Draft::default(), Sink::default());
        for part in &self.parts {
            draft.add(&substitute(&part.tree, scope), &mut sink);
        }
        if !sink.has_errors() {
            return Ok(draft);
        }
        let problems = Box::new(Problems { diagnostics: sink.finish(), sources: sources.clone() });
        Err(TemplateError::Invalid { name: self.name.clone(), problems })
    }

    /// Window and grid: of all files the first that has them, with what the caller gave in place.
    fn clock(&self, given: &BTreeMap<String, Node>, scope: &Scope) -> Result<Clock, TemplateError> {
        let section = |key: &str| {
            let of_part = |part: &Part| value_at(&part.tree, key).filter(|node| !is_null(node)).cloned();
            self.parts.iter().find_map(of_part).map(|node| substitute(&node, scope))
        };
        Clock::new(section("window").as_ref(), section("grid").as_ref(), given, self.home)
    }
}
