//! What if: a run's model with some of it changed, evaluated where the change reaches and nowhere else.
//!
//! [`overlay`] lays an [`OverlaySpec`] over a stored run: added and replaced series and changed roles are merged into its
//! model, which is checked like any other. [`Overlay::evaluate`] takes the columns of all series that the change doesn't
//! reach from the base run, bit for bit, and evaluates the rest; the result is that of a full run of the merged model.
//! [`Overlay::run`] is what [`write`](crate::write()) writes: a run that needs its base no more, as it has the series of
//! changed roles of both.

mod comparison;
mod cone;
mod document;
mod error;
mod merge;
mod names;
mod notices;
mod old_values;
mod roles;
mod spec;
mod telemetry;

use flowtime::check::CheckedModel;
use flowtime::diagnostics::{Diagnostic, codes};
use flowtime::driver::{self, Check, Evaluation, Settings, Watch};
use flowtime::load::{FileLoader, SourceCheck};
use flowtime::source::Sources;

pub use comparison::{Comparison, Figure, NodeComparison, OutputComparison, RoleComparison};
pub use cone::ConeCounts;
pub use error::OverlayError;
pub use merge::ServedRule;
pub use notices::{Notice, StayingSeries};
pub use spec::{
    NodeOverride, OverlayKind, OverlayParameters, OverlaySpec, Scalar, SeriesOverlay, SpecMode, TopologyOverride,
};

use crate::record::Timings;
use crate::stored::{ReadError, StoredRun};
use crate::validate::formulas;
use crate::warnings::{Warning, kinds};
use crate::write::{Lineage, Mode, Run};
use cone::Cone;

/// An overlay that is merged and checked, not evaluated yet.
#[derive(Debug)]
pub struct Overlay<'b> {
    base: &'b StoredRun,
    text: String,
    checked: CheckedModel,
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
    loader: FileLoader,
    lineage: Lineage,
    gaps: Vec<Warning>,
    cone: Cone,
    served_rules: Vec<ServedRule>,
    notices: Vec<Notice>,
}

/// Lays `spec` over the run `base`.
///
/// # Errors
/// The base run can't be read, the overlay names what isn't there, or the model that it makes has errors.
pub fn overlay<'b>(base: &'b StoredRun, spec: &OverlaySpec) -> Result<Overlay<'b>, OverlayError> {
    let merged = merge::merge(base, spec)?;
    let (checked, sources, diagnostics) = check(base, spec, &merged.text)?;
    let cone = Cone::of(&checked, &merged.changed, base)?;
    let notices = notices::of(base, spec, &merged, &checked, &cone)?;
    let lineage = Lineage {
        mode: Mode::Overlay,
        base_run_id: Some(base.id().unwrap_or_default()),
        scenario: spec.parameters.scenario_name.clone(),
        baseline: merged.baseline,
        telemetry: telemetry::telemetry(base)?,
    };
    let loader = FileLoader::new(base.path().to_owned());
    let is_telemetry =
        |warning: &&Warning| warning.kind == kinds::DATA_GAP || !kinds::ALL.contains(&warning.kind.as_str());
    let gaps = base.record()?.warnings.iter().filter(is_telemetry).cloned().collect();
    let (text, served_rules) = (merged.text, merged.served_rules);
    Ok(Overlay { base, text, checked, sources, diagnostics, loader, lineage, gaps, cone, served_rules, notices })
}

impl Overlay<'_> {
    /// The model, base and overlay together.
    pub fn checked(&self) -> &CheckedModel {
        &self.checked
    }

    /// What its check found, none of it an error, and the text to show it in.
    pub fn diagnostics(&self) -> (&[Diagnostic], &Sources) {
        (&self.diagnostics, &self.sources)
    }

    /// How far the change reaches.
    pub fn counts(&self) -> ConeCounts {
        self.cone.counts(&self.checked)
    }

    /// The nodes that serve by their new capacity because the base run's `served` was observed.
    pub fn served_rules(&self) -> &[ServedRule] {
        &self.served_rules
    }

    /// What stays as it was though one might think that it follows.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// Evaluates what the change reaches, with all that [`validate`](crate::validate()) and the artifacts need.
    ///
    /// # Errors
    /// The base run's columns can't be read, or those of [`driver::run`].
    pub fn evaluate(&self, settings: &Settings, watch: &Watch<'_>) -> Result<Evaluation, OverlayError> {
        let given = self.cone.columns(self.base)?;
        let formulas = formulas(&self.checked);
        let mut evaluation = driver::run_given(&self.checked, &self.loader, settings, &formulas, given, watch)?;
        self.cone.take_flags(&mut evaluation.flags, &self.checked, self.base)?;
        Ok(evaluation)
    }

    /// The run to write.
    pub fn run<'a>(&'a self, settings: &'a Settings, evaluation: &'a Evaluation, timings: Timings) -> Run<'a> {
        Run {
            text: &self.text,
            checked: &self.checked,
            settings,
            evaluation,
            gaps: &self.gaps,
            lineage: &self.lineage,
            loader: &self.loader,
            timings,
        }
    }

    /// What it changes for the nodes whose roles it changes.
    ///
    /// # Errors
    /// The base run's record can't be read.
    pub fn comparison(&self, evaluation: &Evaluation) -> Result<Comparison, ReadError> {
        Comparison::of(self, evaluation)
    }
}

/// Checks a merged model under the name of run and overlay.
fn check(
    base: &StoredRun,
    spec: &OverlaySpec,
    text: &str,
) -> Result<(CheckedModel, Sources, Vec<Diagnostic>), OverlayError> {
    let scenario = spec.parameters.scenario_name.as_deref().unwrap_or("overlay");
    let name = format!("{} + {scenario}", base.id().unwrap_or_default());
    let loader = FileLoader::new(base.path().to_owned());
    let mut check: Check = driver::check(&name, text, &loader, SourceCheck::Probe);
    match check.model.take() {
        Some(checked) => Ok((checked, check.sources, check.diagnostics)),
        None => {
            check.diagnostics.iter_mut().for_each(|found| advise(found, spec));
            Err(OverlayError::Model(Box::new(check)))
        }
    }
}

/// A formula that should read what its own series was is no recurrence.
fn advise(found: &mut Diagnostic, spec: &OverlaySpec) {
    let names_itself = |id: &&String| found.code == codes::CYCLE && found.message.contains(&format!("`{id} → {id}`"));
    if let Some(id) = spec.overlays.iter().map(|overlay| &overlay.node_id).find(names_itself) {
        found.help = Some(format!("read what it was in the base run with `{}`", old_values::baseline_id(id)));
    }
}
