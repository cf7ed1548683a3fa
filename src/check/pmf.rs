//! Distribution series: `pmf` becomes a call of the distribution's entry in the builtin table, so that every later
//! phase sees one more formula. A sampled one also gets the key of its random stream, which depends on the model's
//! seed and the series' id alone.

use super::names::{Binding, Names, Wanted};
use super::references::unknown;
use super::tree::{Argument, Call, Kind, Node};
use crate::diagnostics::Sink;
use crate::model::{Id, Pmf, PmfArg};
use crate::source::Spanned;
use flowtime_runtime::builtins::{self, ParamKind};

/// The formula of the distribution series `id`.
pub(super) fn resolve(pmf: &Pmf, id: &str, seed: Option<u64>, names: &Names<'_>, sink: &mut Sink) -> Node {
    let name = pmf.distribution.value.as_str();
    let builtin = if pmf.sample { builtins::sample(name) } else { builtins::distribution(name) };
    let args: Vec<Argument> = pmf.args.iter().map(|(_, arg)| resolve_arg(arg, names, sink)).collect();
    let Some(builtin) = builtin else { return Node { kind: Kind::Error, span: pmf.span } };
    let mut all = Vec::new();
    if pmf.sample {
        let key = stream_key(seed.unwrap_or_default(), id);
        let halves = [key >> 32, key & 0xffff_ffff].map(|half| Kind::Number(half as f64));
        all.extend(halves.map(|kind| Argument::Value(Node { kind, span: pmf.span })));
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
                unknown(&Id::new(name.clone(), arg.span), Wanted::Any, names, sink);
                Kind::Error
            }
        },
    };
    Argument::Value(Node { kind, span: arg.span })
}

/// The key of the random stream of series `id`: FNV-1a over the seed's eight bytes, lowest first, and the id's UTF-8,
/// stirred by the finalizer of SplitMix64.
fn stream_key(seed: u64, id: &str) -> u64 {
    let bytes = seed.to_le_bytes().into_iter().chain(id.bytes());
    let hash =
        bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}
