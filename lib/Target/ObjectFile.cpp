//===- ObjectFile.cpp - From LLVM modules to object files --------------------------------------===//
#include "ObjectFile.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/Support/ThreadPool.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::codegen;

FailureOr<CodeUnit> codegen::translate(ModuleOp module, StringRef name, bool optimise) {
  CodeUnit unit{std::make_unique<llvm::LLVMContext>(), nullptr, optimise};
  unit.module = translateModuleToLLVMIR(module, *unit.context, name);
  if (!unit.module)
    return module.emitError("cannot be translated to LLVM");
  unit.module->setSourceFileName(name);
  return unit;
}

/// Copies into `unit` the declarations of the functions that `function` calls.
static void declareCallees(LLVM::LLVMFuncOp function, const SymbolTable &symbols, ModuleOp unit) {
  llvm::SetVector<StringRef> callees;
  function.walk([&](LLVM::CallOp call) {
    if (std::optional<StringRef> callee = call.getCallee())
      callees.insert(*callee);
  });
  OpBuilder b = OpBuilder::atBlockEnd(unit.getBody());
  for (StringRef callee : callees)
    if (auto declaration = symbols.lookup<LLVM::LLVMFuncOp>(callee); declaration && declaration.isExternal())
      b.clone(*declaration);
}

LogicalResult codegen::translateEachFunction(ModuleOp module, std::vector<CodeUnit> &units) {
  SymbolTable symbols(module);
  for (auto function : module.getOps<LLVM::LLVMFuncOp>()) {
    if (function.isExternal())
      continue;
    OwningOpRef<ModuleOp> part = ModuleOp::create(module.getLoc());
    declareCallees(function, symbols, *part);
    auto copy = cast<LLVM::LLVMFuncOp>(OpBuilder::atBlockEnd(part->getBody()).clone(*function));
    copy.setVisibility_(LLVM::Visibility::Hidden); // called from the host code alone
    FailureOr<CodeUnit> unit = translate(*part, function.getSymName(), /*optimise=*/true);
    if (failed(unit))
      return failure();
    units.push_back(std::move(*unit));
  }
  return success();
}

static ObjectFile compileUnit(CodeUnit &unit, const CpuModel &cpu) {
  auto level = unit.optimise ? llvm::CodeGenOptLevel::Aggressive : llvm::CodeGenOptLevel::None;
  std::unique_ptr<llvm::TargetMachine> machine = cpu.createTargetMachine(level);
  unit.module->setTargetTriple(machine->getTargetTriple());
  unit.module->setDataLayout(machine->createDataLayout());
  if (unit.optimise)
    llvm::cantFail(makeOptimizingTransformer(/*optLevel=*/3, /*sizeLevel=*/0, machine.get())(unit.module.get()));
  ObjectFile object;
  llvm::raw_svector_ostream stream(object);
  llvm::legacy::PassManager passes;
  machine->addPassesToEmitFile(passes, stream, nullptr, llvm::CodeGenFileType::ObjectFile);
  passes.run(*unit.module);
  return object;
}

std::vector<ObjectFile> codegen::compile(std::vector<CodeUnit> &units, const CpuModel &cpu) {
  std::vector<ObjectFile> objects(units.size());
  llvm::DefaultThreadPool pool(llvm::hardware_concurrency());
  for (size_t i = 0; i < units.size(); ++i)
    pool.async([&, i] {
      objects[i] = compileUnit(units[i], cpu);
      units[i].module.reset(); // frees memory while others still compile
    });
  pool.wait();
  return objects;
}
