//! Whether columns of a foreign caller can be used: each is there and aligned, and no output overlaps another column.

use super::Status;

/// Bytes of a number.
const CELL: usize = size_of::<f64>();

/// Checks columns of so many bins, given by their addresses; the same input may be given twice.
pub(crate) fn check_columns(inputs: &[usize], outputs: &[usize], bins: usize) -> Result<(), Status> {
    if bins == 0 {
        return Ok(());
    }
    let mut columns: Vec<(usize, bool)> = Vec::with_capacity(inputs.len() + outputs.len());
    columns.extend(inputs.iter().map(|&address| (address, false)));
    columns.extend(outputs.iter().map(|&address| (address, true)));
    let bytes = bins * CELL;
    columns.iter().try_for_each(|&(address, _)| check_address(address, bytes))?;
    columns.sort_unstable();
    let (mut end, mut output_end) = (0, 0);
    for (address, is_output) in columns {
        if address < (if is_output { end } else { output_end }) {
            return Err(Status::Overlap);
        }
        end = end.max(address + bytes);
        if is_output {
            output_end = address + bytes;
        }
    }
    Ok(())
}

fn check_address(address: usize, bytes: usize) -> Result<(), Status> {
    let fits = address != 0 && address.is_multiple_of(CELL) && address.checked_add(bytes).is_some();
    if fits { Ok(()) } else { Err(Status::Pointer) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(inputs: &[usize], outputs: &[usize], bins: usize, expected: Result<(), Status>) {
        assert_eq!(check_columns(inputs, outputs, bins), expected, "{inputs:?} {outputs:?} {bins}");
    }

    #[test]
    fn columns_side_by_side_do_not_overlap() {
        check(&[800, 816], &[832, 848], 2, Ok(()));
        check(&[832], &[816, 800], 2, Ok(()));
    }

    #[test]
    fn outputs_overlap_nothing() {
        check(&[800], &[808], 2, Err(Status::Overlap));
        check(&[808], &[800], 2, Err(Status::Overlap));
        check(&[800], &[800], 2, Err(Status::Overlap));
        check(&[], &[800, 800], 1, Err(Status::Overlap));
        check(&[800, 800, 816], &[824], 2, Err(Status::Overlap));
    }

    #[test]
    fn inputs_may_overlap() {
        check(&[800, 800, 808], &[840], 2, Ok(()));
    }

    #[test]
    fn columns_without_bins_are_not_looked_at() {
        check(&[0], &[0, 1], 0, Ok(()));
    }

    #[test]
    fn columns_are_there_and_aligned() {
        check(&[0], &[], 1, Err(Status::Pointer));
        check(&[], &[804], 1, Err(Status::Pointer));
        check(&[usize::MAX - 7], &[], 1, Err(Status::Pointer));
    }
}
