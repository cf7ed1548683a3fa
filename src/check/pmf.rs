//! Distribution series: `pmf` becomes a call of the distribution's entry in the builtin table, so that every later
//! phase sees one more formula. A sampled one also gets the key of its random stream, which depends on the model's
//! seed and the series' id alone.

use super::names::{Binding, Names};
use super::references::unknown;
use super::tree::{Argument, Call, Kind, Node};
use crate::diagnostics::{Sink, codes};
use crate::model::{Id, Pmf, PmfArg};
use crate::source::Spanned;
use flowtime_runtime::builtins::{self, ParamKind};
use flowtime_runtime::rng;

/// The formula of the distribution series `id`.
pub fn resolve(pmf: &Pmf, id: &str, seed: Option<u64>, names: &Names<'_>, sink: &mut Sink) -> Node {
    let name = pmf.distribution.value.as_str();
    let builtin = if pmf.sample { builtins::sample(name) } else { builtins::distribution(name) };
    let args: Vec<Argument> = pmf.args.iter().map(|(_, arg)| resolve_arg(arg, names, sink)).collect();
    let Some(builtin) = builtin else { return Node { kind: Kind::Error, span: pmf.span } };
    let mut all = Vec::new();
    if pmf.sample {
        let [high, low] = rng::stream_key(seed.unwrap_or_default(), id.as_bytes());
        all.extend([high, low].map(|half| Argument::Value(Node { kind: Kind::Number(f64::from(half)), span: pmf.span })));
    }
    all.extend(args);
    if builtin.params.last().is_some_and(|param| param.kind == ParamKind::Kernel) {
        all.push(Argument::Kernel(pmf.table.iter().flat_map(|(value, probability)| [*value, *probability]).collect()));
    }
    Node { kind: Kind::Call(Box::new(Call { builtin, args: all })), span: pmf.span }
}

fn resolve_arg(arg: &Spanned<PmfArg>, names: &Names<'_>, sink: &mut Sink) -> Argument {
    let kind = match &arg.value {
        PmfArg::Number(number) => Kind::Number(*number),
        PmfArg::Name(name) => match names.get(name) {
            Some(Binding::Series(series)) => Kind::Series(series),
            Some(Binding::Param(param)) => Kind::Param(param),
            None => {
                let id = Id::new(name.clone(), arg.span);
                unknown(codes::UNKNOWN_SERIES, "series or parameter", &id, names.nearest(name), sink);
                Kind::Error
            }
        },
    };
    Argument::Value(Node { kind, span: arg.span })
}
