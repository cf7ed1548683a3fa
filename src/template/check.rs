//! A template checked as a whole: instantiated with its defaults, then once more for each of its choices (all telemetry
//! there and none, each boolean the other way, each value of an enum), so that no branch waits for a user to find out.

use serde_json::Value;

use super::arguments::{Argument, Arguments};
use super::error::{Problems, TemplateError};
use super::load::Template;
use super::parameter::{ParameterDeclaration, ParameterType, same};
use crate::diagnostics::{Diagnostic, Severity};
use crate::load::{MemoryLoader, SourceCheck};
use crate::source::Sources;

/// The most choices that are looked at.
const MOST: usize = 200;

impl Template {
    /// What is wrong with the models that the template makes; data files are not looked at. Warnings are those of the
    /// model that the defaults give.
    pub fn check(&self) -> Problems {
        let sample = self.sample();
        let mut found = Found { diagnostics: self.warnings.clone(), sources: self.sources.clone() };
        found.add(self, &sample, true);
        for choice in self.choices(&sample).into_iter().take(MOST) {
            found.add(self, &choice, false);
        }
        found.finish()
    }

    /// Arguments that every parameter accepts, with all telemetry there: the defaults, where there are any.
    pub fn sample(&self) -> Arguments {
        let needed = self.parameters.iter().filter(|parameter| parameter.default.is_none() && parameter.required);
        let values = needed.map(|parameter| (parameter.name.clone(), Argument::Value(sample_value(parameter))));
        let mut sample = Arguments {
            parameters: values.collect(),
            available: self.flags(),
            // A Monday, on which bins of any size begin.
            start: Some("2025-10-06T00:00:00Z".to_owned()),
            ..Arguments::default()
        };
        // What the template says itself about the grid is looked at too.
        if let Err(TemplateError::Parameters(_)) = self.instantiate(&sample) {
            sample.bins = Some(288);
        }
        if let Err(TemplateError::Parameters(_)) = self.instantiate(&sample) {
            (sample.bin_size, sample.bin_unit) = (Some(5), Some("minutes".to_owned()));
        }
        sample
    }

    /// The sample with one thing chosen otherwise, for each thing.
    fn choices(&self, sample: &Arguments) -> Vec<Arguments> {
        let mut choices = vec![Arguments { available: Default::default(), ..sample.clone() }];
        for parameter in &self.parameters {
            let given = match sample.parameters.get(&parameter.name) {
                Some(Argument::Value(value)) => Some(value),
                _ => parameter.default.as_ref(),
            };
            for value in
                alternatives(parameter).into_iter().filter(|value| !given.is_some_and(|given| same(given, value)))
            {
                let mut choice = sample.clone();
                choice.parameters.insert(parameter.name.clone(), Argument::Value(value));
                choices.push(choice);
            }
        }
        choices
    }
}

fn sample_value(parameter: &ParameterDeclaration) -> Value {
    let first = alternatives(parameter).into_iter().next();
    first.unwrap_or_else(|| match parameter.kind {
        ParameterType::Number => {
            let low = parameter.min.unwrap_or(f64::NEG_INFINITY);
            let number = 1f64.max(low).min(parameter.max.unwrap_or(f64::INFINITY));
            super::value::number(number).unwrap_or_default()
        }
        _ => Value::from("sample"),
    })
}

/// The values to try of a parameter that has few.
fn alternatives(parameter: &ParameterDeclaration) -> Vec<Value> {
    match parameter.kind {
        ParameterType::Boolean if parameter.allowed.is_empty() => vec![Value::Bool(true), Value::Bool(false)],
        _ => parameter.allowed.clone(),
    }
}

struct Found {
    diagnostics: Vec<Diagnostic>,
    sources: Sources,
}

impl Found {
    /// Takes in what is wrong with one model, its warnings only if they are wanted.
    fn add(&mut self, template: &Template, arguments: &Arguments, warnings: bool) {
        // All models of a template have the same files.
        let (diagnostics, sources) = match template.instantiate(arguments) {
            Ok(instance) => {
                let check = instance.check(&MemoryLoader::default(), SourceCheck::Skip);
                (check.diagnostics, check.sources)
            }
            Err(TemplateError::Invalid { problems, .. }) => (problems.diagnostics, problems.sources),
            Err(_) => return,
        };
        self.sources = sources;
        let wanted = |one: &Diagnostic| warnings || one.code.severity == Severity::Error;
        self.diagnostics.extend(diagnostics.into_iter().filter(wanted));
    }

    fn finish(mut self) -> Problems {
        self.diagnostics.sort_by_key(|one| (one.span, one.code.id));
        self.diagnostics.dedup_by_key(|one| (one.span, one.code.id));
        Problems { diagnostics: self.diagnostics, sources: self.sources }
    }
}
