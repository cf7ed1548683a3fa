//! Machine code in an object file: what a program of another language is linked with.
//!
//! The file has the functions of the regions, the program as bytes, a record of both (`entry::Model`), and one function
//! that others see, `NAME_run`, which hands the record to the runtime. The code is position independent and refers to
//! nothing but what `entry` has.

use cranelift_codegen::Context;
use cranelift_codegen::ir::types::{F64, I32, I64, Type};
use cranelift_codegen::ir::{AbiParam, FuncRef, GlobalValue, InstBuilder, Signature, UserFuncName};
use cranelift_codegen::isa::TargetFrontendConfig;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_module::{DataDescription, DataId, FuncId, Linkage, Module, ModuleError, ModuleReloc, ModuleRelocTarget};
use cranelift_object::{ObjectBuilder, ObjectModule};

use super::entry::Entry;
use super::kernel::{ALIGN, Fault, Function, Symbol};
use super::{CompileError, compile, target};
use crate::aot::{ABI, Image};
use crate::ir::Program;
use crate::plan::Plan;

/// Bytes of an address or a length.
const WORD: usize = 8;

/// The object file of a program.
pub(crate) fn object(program: &Program, plan: &Plan, image: &Image<'_>) -> Result<Vec<u8>, CompileError> {
    let isa = target::portable(image.cpu)?;
    let functions = compile::functions(program, plan, &*isa)?;
    let builder = ObjectBuilder::new(isa, image.name, cranelift_module::default_libcall_names())?;
    let mut writer = Writer { module: ObjectModule::new(builder), image };
    let regions = writer.write_regions(&functions)?;
    let record = writer.write_record(&regions)?;
    writer.write_run(record)?;
    writer.module.finish().emit().map_err(|error| CompileError::Codegen(error.to_string()))
}

impl From<ModuleError> for CompileError {
    fn from(error: ModuleError) -> Self {
        CompileError::Codegen(error.to_string())
    }
}

struct Writer<'a> {
    module: ObjectModule,
    image: &'a Image<'a>,
}

impl Writer<'_> {
    /// Writes the functions of the regions, under names that stay inside the file.
    fn write_regions(&mut self, functions: &[Function]) -> Result<Vec<FuncId>, CompileError> {
        let mut regions = Vec::with_capacity(functions.len());
        for (index, function) in functions.iter().enumerate() {
            let name = format!("{}_region{index}", self.image.name);
            let region = self.module.declare_function(&name, Linkage::Local, &self.signature(&[I64; 7], None))?;
            let relocs = function.symbols.iter().map(|symbol| self.reloc(symbol)).collect::<Result<Vec<_>, _>>()?;
            self.module.define_function_bytes(region, ALIGN as u64, &function.code, &relocs)?;
            regions.push(region);
        }
        Ok(regions)
    }

    fn signature(&self, params: &[Type], result: Option<Type>) -> Signature {
        let mut signature = self.module.make_signature();
        signature.params.extend(params.iter().copied().map(AbiParam::new));
        signature.returns.extend(result.map(AbiParam::new));
        signature
    }

    /// Where the address of an entry belongs; code refers to nothing else.
    fn reloc(&mut self, symbol: &Symbol) -> Result<ModuleReloc, CompileError> {
        let entry = Entry::of(symbol.namespace, symbol.index).ok_or(Fault::UnknownSymbol)?;
        let signature = self.signature(&vec![I64; entry.params()], Some(F64));
        let function = self.module.declare_function(entry.symbol(), Linkage::Import, &signature)?;
        let name = ModuleRelocTarget::user(0, function.as_u32());
        Ok(ModuleReloc { offset: symbol.offset as u32, kind: symbol.kind, name, addend: symbol.addend })
    }

    /// Writes the record, an `entry::Model`: only its last word is written when the program runs.
    fn write_record(&mut self, regions: &[FuncId]) -> Result<DataId, CompileError> {
        let program = self.write_data("program", false, self.image.program.clone(), |_, _| ())?;
        let table = self.write_data("functions", false, vec![0; regions.len() * WORD], |module, data| {
            for (place, &region) in regions.iter().enumerate() {
                let function = module.declare_func_in_data(region, data);
                data.write_function_addr((place * WORD) as u32, function);
            }
        })?;
        let mut bytes = Vec::new();
        bytes.extend(ABI.to_le_bytes());
        bytes.extend(self.image.cpu.level().to_le_bytes());
        bytes.extend(self.image.digest);
        let places = [(program, self.image.program.len()), (table, regions.len())].map(|(data, len)| {
            let place = bytes.len();
            bytes.extend([0; WORD]);
            bytes.extend((len as u64).to_le_bytes());
            (place, data)
        });
        bytes.extend([0; WORD]);
        self.write_data("model", true, bytes, |module, data| {
            for (place, target) in places {
                let target = module.declare_data_in_data(target, data);
                data.write_data_addr(place as u32, target, 0);
            }
        })
    }

    /// Writes bytes under a name that stays inside the file.
    fn write_data(
        &mut self,
        name: &str,
        writable: bool,
        bytes: Vec<u8>,
        refer: impl FnOnce(&ObjectModule, &mut DataDescription),
    ) -> Result<DataId, CompileError> {
        let name = format!("{}_{name}", self.image.name);
        let id = self.module.declare_data(&name, Linkage::Local, writable, false)?;
        let mut data = DataDescription::new();
        data.define(bytes.into());
        data.set_align(WORD as u64);
        refer(&self.module, &mut data);
        self.module.define_data(id, &data)?;
        Ok(id)
    }

    /// Writes the function that others call: inputs, params, outputs, bins.
    fn write_run(&mut self, record: DataId) -> Result<(), CompileError> {
        let signature = self.signature(&[I64; 5], Some(I32));
        let callee = self.module.declare_function("flowtime_rt_run", Linkage::Import, &signature)?;
        let signature = self.signature(&[I64; 4], Some(I32));
        let name = format!("{}_run", self.image.name);
        let run = self.module.declare_function(&name, Linkage::Export, &signature)?;
        let mut context = Context::new();
        context.func.signature = signature;
        context.func.name = UserFuncName::user(0, run.as_u32());
        let callee = self.module.declare_func_in_func(callee, &mut context.func);
        let record = self.module.declare_data_in_func(record, &mut context.func);
        let mut builders = FunctionBuilderContext::new();
        let builder = FunctionBuilder::new(&mut context.func, &mut builders);
        emit_run(builder, callee, record, self.module.target_config());
        Ok(self.module.define_function(run, &mut context)?)
    }
}

/// Hands what the caller gives to the runtime, behind the record.
fn emit_run(mut builder: FunctionBuilder<'_>, callee: FuncRef, record: GlobalValue, config: TargetFrontendConfig) {
    let block = builder.create_block();
    builder.append_block_params_for_function_params(block);
    builder.switch_to_block(block);
    builder.seal_block(block);
    let mut args = vec![builder.ins().symbol_value(I64, record)];
    args.extend_from_slice(builder.block_params(block));
    let call = builder.ins().call(callee, &args);
    let status = builder.inst_results(call)[0];
    builder.ins().return_(&[status]);
    builder.finalize(config);
}
