//! Machine code as text, one instruction a line.

use flowtime_runtime::engine::Prepared;
use iced_x86::{Decoder, DecoderOptions, Formatter, Instruction, IntelFormatter};

/// The machine code of each region of a compiled program; none for processors whose code can't be read here.
pub fn asm(prepared: &Prepared) -> Option<String> {
    if !cfg!(target_arch = "x86_64") {
        return None;
    }
    let regions = prepared.machine_code().map(|(region, bytes)| format!("{region}:\n{}", disassemble(bytes)));
    Some(regions.collect())
}

fn disassemble(bytes: &[u8]) -> String {
    let mut formatter = IntelFormatter::new();
    let mut text = String::new();
    let mut instruction = Instruction::default();
    let mut decoder = Decoder::with_ip(64, bytes, 0, DecoderOptions::NONE);
    while decoder.can_decode() {
        decoder.decode_out(&mut instruction);
        text.push_str(&format!("  {:#06x}  ", instruction.ip()));
        formatter.format(&instruction, &mut text);
        text.push('\n');
    }
    text
}
