//===- Target.cpp - What a program runs on -----------------------------------------------------===//
#include "shardc/Dialect/Exec/Exec.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::exec;

/// The name of the module's attribute.
static constexpr StringRef attributeName = "exec.target";

//=== ------------------------------------------------------------------------------------------===//
// The module's attribute
//=== ------------------------------------------------------------------------------------------===//

TargetAttr exec::targetOf(Operation *op) {
  for (; op; op = op->getParentOp())
    if (auto target = op->getAttrOfType<TargetAttr>(attributeName))
      return target;
  return nullptr;
}

FailureOr<TargetAttr> exec::requireTarget(ModuleOp module) {
  if (TargetAttr target = targetOf(module))
    return target;
  return module.emitError("has no exec.target, which says what the program runs on; shardc-set-target gives it one");
}

void exec::setTarget(ModuleOp module, TargetAttr target) {
  module->setAttr(attributeName, target);
}

LogicalResult ExecDialect::verifyOperationAttribute(Operation *op, NamedAttribute attribute) {
  if (attribute.getName() != attributeName)
    return op->emitError("there is no attribute '") << attribute.getName().getValue() << "'";
  if (!isa<ModuleOp>(op))
    return op->emitOpError("'exec.target' is an attribute of modules");
  if (!isa<TargetAttr>(attribute.getValue()))
    return op->emitOpError("'exec.target' must be an #exec.target, got ") << attribute.getValue();
  return success();
}

//=== ------------------------------------------------------------------------------------------===//
// Modules of code
//=== ------------------------------------------------------------------------------------------===//

/// No parameter of a model, and so no other symbol, begins like this.
static StringRef nameOf(CodeModule which) {
  switch (which) {
  case CodeModule::Kernels:
    return "shardc.kernels";
  case CodeModule::Host:
    return "shardc.host";
  }
  llvm_unreachable("not a module of code");
}

ModuleOp exec::codeModuleOf(ModuleOp program, CodeModule which) {
  for (auto module : program.getOps<ModuleOp>())
    if (module.getSymName() == nameOf(which))
      return module;
  return nullptr;
}

FailureOr<ModuleOp> exec::requireCodeModule(ModuleOp program, CodeModule which) {
  if (ModuleOp module = codeModuleOf(program, which))
    return module;
  return program.emitError("has no module @") << nameOf(which) << ", which code generation adds";
}

FailureOr<ModuleOp> exec::createCodeModule(ModuleOp program, CodeModule which) {
  if (codeModuleOf(program, which))
    return program.emitError("has a module @") << nameOf(which) << " already";
  auto b = OpBuilder::atBlockEnd(program.getBody());
  return ModuleOp::create(b, program.getLoc(), nameOf(which));
}

//=== ------------------------------------------------------------------------------------------===//
// #exec.gpu_launch
//=== ------------------------------------------------------------------------------------------===//

LogicalResult GpuLaunchAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError, SymbolRefAttr, int64_t grid,
                                    int64_t threads, ArrayRef<int64_t> operands, ArrayRef<int64_t>) {
  if (grid < 1 || threads < 1) // C1
    return emitError() << "grid and threads must be positive, got " << grid << " and " << threads;
  for (int64_t operand : operands)
    if (operand < 0) // C2
      return emitError() << "operands must not be negative, got " << operand;
  return success();
}

//=== ------------------------------------------------------------------------------------------===//
// #exec.target
//=== ------------------------------------------------------------------------------------------===//

LogicalResult TargetAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError, TargetKind kind, StringRef cpu,
                                 ArrayRef<StringAttr> gpuArch, GpuCodeKind gpuCode) {
  if (kind == TargetKind::CPU && !gpuArch.empty()) // C1
    return emitError() << "a target of the kind cpu has no gpu_arch, got " << gpuArch.front();
  if (kind == TargetKind::CUDA && gpuArch.empty()) // C1
    return emitError() << "a target of the kind cuda must have a gpu_arch such as \"sm_90\", got none";
  llvm::StringSet<> known;
  for (StringAttr architecture : gpuArch)
    if (!known.insert(architecture).second) // C1
      return emitError() << "each gpu_arch must stand once, got " << architecture << " twice";
  if (cpu.empty()) // C2
    return emitError() << "cpu must be native or the name of an instruction set such as x86-64-v3, got nothing";
  return success();
}

Attribute TargetAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  FailureOr<TargetKind> kind = failure();
  FailureOr<GpuCodeKind> gpuCode = GpuCodeKind::Auto;
  std::string cpu;
  SmallVector<StringAttr> gpuArch;
  auto parseArchitecture = [&] { return parser.parseAttribute(gpuArch.emplace_back()); };
  if (parser.parseLess() || failed(kind = FieldParser<TargetKind>::parse(parser)) || parser.parseComma() ||
      parser.parseKeyword("cpu") || parser.parseEqual() || parser.parseString(&cpu))
    return nullptr;
  if (succeeded(parser.parseOptionalComma()))
    if (parser.parseKeyword("gpu_arch") || parser.parseEqual() ||
        parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseArchitecture) || parser.parseComma() ||
        parser.parseKeyword("gpu_code") || parser.parseEqual() ||
        failed(gpuCode = FieldParser<GpuCodeKind>::parse(parser)))
      return nullptr;
  if (parser.parseGreater())
    return nullptr;
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(), *kind, StringRef(cpu),
                    ArrayRef<StringAttr>(gpuArch), *gpuCode);
}

void TargetAttr::print(AsmPrinter &printer) const {
  printer << '<' << stringifyTargetKind(getKind()) << ", cpu = ";
  printer.printString(getCpu());
  if (isCuda()) {
    printer << ", gpu_arch = [";
    llvm::interleaveComma(getGpuArch(), printer);
    printer << "], gpu_code = " << stringifyGpuCodeKind(getGpuCode());
  }
  printer << '>';
}
